import { concatMap, defer, from, tap, type Observable } from 'rxjs';
import type { HardwareAcceleration } from '../../domain/feed.js';
import type { FrameGate } from '../../domain/frame-gate.js';
import type { VideoFrame } from '../../domain/video-frame.js';
import { loadImage } from '../../files/image.js';
import type { Logger } from '../../observability/logger.js';
import { openFrameSource } from '../../video/open-frame-source.js';
import type { AnalysisInput } from './analysis-input.js';
import { whenOpen } from './when-open.js';

export interface OpenInputsOptions {
  /** The model's input size, pixels. */
  readonly width: number;
  readonly height: number;
  /** Files come at their own speed instead of as fast as possible. */
  readonly ownSpeed: boolean;
  readonly hardwareAcceleration: HardwareAcceleration;
  readonly gate: FrameGate;
  readonly logger: Logger;
  readonly ffmpegPath?: string;
}

/** The frames of all inputs, one input after the other; the count of frames goes on through all of them. */
export function openInputs(
  inputs: readonly AnalysisInput[],
  options: OpenInputsOptions,
): Observable<VideoFrame> {
  let next = 0;
  return from(inputs).pipe(
    concatMap((input) => openInput(input, next, options)),
    tap(({ sequence }) => (next = sequence + 1)),
  );
}

function openInput(
  input: AnalysisInput,
  firstSequence: number,
  options: OpenInputsOptions,
): Observable<VideoFrame> {
  if (input.kind === 'image') return defer(() => openImage(input.path, input.name, firstSequence, options));
  const { ownSpeed, ...rest } = options;
  const isFile = input.kind === 'video';
  return openFrameSource({
    ...rest,
    feedId: '',
    source: { uri: isFile ? `file:${input.path}` : input.uri, ownSpeed: isFile && ownSpeed, loop: false },
    firstSequence,
  });
}

/** A still image as a frame at media time 0, once the gate is open. */
async function openImage(
  path: string,
  mediaName: string,
  sequence: number,
  options: OpenInputsOptions,
): Promise<VideoFrame> {
  await whenOpen(options.gate);
  return loadFrame(path, mediaName, sequence, options);
}

/** A still image as a frame at media time 0. */
export async function loadFrame(
  path: string,
  mediaName: string | undefined,
  sequence: number,
  { width, height }: Pick<OpenInputsOptions, 'width' | 'height'>,
): Promise<VideoFrame> {
  const beganMs = performance.now();
  const { pixels, sourceWidth, sourceHeight } = await loadImage(path, width, height);
  const capturedAtMonotonicMs = performance.now();
  return {
    feedId: '',
    sequence,
    mediaTimeUs: 0,
    capturedAtMs: performance.timeOrigin + capturedAtMonotonicMs,
    capturedAtMonotonicMs,
    sourceWidth,
    sourceHeight,
    width,
    height,
    pixels,
    decodeUs: Math.round((capturedAtMonotonicMs - beganMs) * 1000),
    ...(mediaName === undefined ? {} : { mediaName }),
  };
}
