/** Given to the worker when it starts. */
export interface PhantomWorkerData {
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  /** Width by height of the camera's picture, which the frames are squeezed from. */
  readonly aspect: number;
}

/** To the worker: draw the picture of this time (seconds of the scene). One request at a time. */
export interface PhantomRequest {
  readonly time: number;
}

/** To the worker: no more pictures. */
export type PhantomEnd = 'end';

/** From the worker; the buffer of `pixels` is transferred. */
export interface PhantomReply {
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly renderUs: number;
}
