import { filter, firstValueFrom, tap } from 'rxjs';
import { SurgicamError } from '../../domain/errors.js';
import type { HardwareAcceleration } from '../../domain/feed.js';
import type { VideoFrame } from '../../domain/video-frame.js';
import type { Logger } from '../../observability/logger.js';
import type { AnalysisInput } from '../analyze/analysis-input.js';
import { openInputs } from '../analyze/open-inputs.js';

export interface DecodeOptions {
  readonly hardwareAcceleration: HardwareAcceleration;
  readonly logger: Logger;
  readonly ffmpegPath?: string;
}

/**
 * Frame `index` of a video, counted from 0 by decoding every one before it, or a still picture; scaled to a size.
 * Error: invalid_argument when there is no such frame, with the number that there are.
 */
export async function readFrame(
  input: AnalysisInput,
  index: number,
  size: { readonly width: number; readonly height: number },
  options: DecodeOptions,
): Promise<VideoFrame> {
  let count = 0;
  const frames = openInputs([input], { ...options, ...size, ownSpeed: false, gate: ALWAYS_OPEN }).pipe(
    tap(() => (count += 1)),
    filter(({ sequence }) => sequence === index),
  );
  const frame = await firstValueFrom(frames, { defaultValue: undefined });
  if (frame !== undefined) return frame;
  const name = input.kind === 'stream' ? input.uri : input.name;
  const allowed = count === 1 ? 'only 0' : `0 to ${count - 1}`;
  throw SurgicamError.invalidField(
    '--frame',
    index,
    `${allowed}: ${name} has ${count} frame${count === 1 ? '' : 's'}`,
  );
}

/** Frames that are not wanted cost no memory: they are let go at once. */
const ALWAYS_OPEN = { isOpen: () => true, onOpen: () => () => undefined };
