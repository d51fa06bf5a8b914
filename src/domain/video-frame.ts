/**
 * One decoded frame on its way to the model.
 *
 * Ownership: `pixels` spans the whole of its own ArrayBuffer. Whoever holds the frame owns the buffer, and the
 * inference pool transfers it to a worker, after which the frame's pixels must not be touched.
 */
export interface VideoFrame {
  readonly feedId: string;
  /** Gap-free count of the feed's decoded frames, from 0. */
  readonly sequence: number;
  /** Presentation time inside the media, in microseconds. */
  readonly mediaTimeUs: number;
  /** Wall clock (milliseconds since 1970, may have a fraction) when the frame left the decoder. */
  readonly capturedAtMs: number;
  /** `performance.now()` of the main thread when the frame left the decoder; for ages and latencies. */
  readonly capturedAtMonotonicMs: number;
  /** The source frame's size in pixels, before scaling. */
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** Size of `pixels`: the model's input size. */
  readonly width: number;
  readonly height: number;
  /** RGB24, row-major, `width * height * 3` bytes. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Time the decoder took for this frame as far as it can be observed, microseconds; 0 when unknown. */
  readonly decodeUs: number;
  /** The file an offline frame came from; absent for live video. */
  readonly mediaName?: string;
}
