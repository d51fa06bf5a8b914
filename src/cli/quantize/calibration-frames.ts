import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { filter, lastValueFrom, map, take, tap, toArray } from 'rxjs';
import { SurgicamError } from '../../domain/errors.js';
import { silentLogger } from '../../observability/logger.js';
import { readInputs, type AnalysisInput } from '../analyze/analysis-input.js';
import { estimateFrames } from '../analyze/estimate-frames.js';
import { loadFrame, openInputs } from '../analyze/open-inputs.js';

export interface CalibrationOptions {
  /** Videos, folders of pictures, pictures, or URIs of streams. */
  readonly inputs: readonly string[];
  /** The most frames that are taken, of all inputs together. */
  readonly count: number;
  /** Every how manieth frame of a video or stream is taken. If absent, see framesOf. */
  readonly stride?: number;
  /** The model's input size, pixels. */
  readonly width: number;
  readonly height: number;
  /** Hears how many frames there are. */
  readonly onFrames?: (done: number, total: number) => void;
}

/** Where nothing tells how long an input is: about two frames a second of video. */
const STREAM_STRIDE = 12;

const PICTURES = ['.png', '.jpg', '.jpeg'];

/**
 * RGB24 of the model's size, spread evenly over each input; every input gives as many. Errors: not_found and
 * invalid_argument for inputs that cannot be read, or hold no frame.
 */
export async function calibrationFrames(options: CalibrationOptions): Promise<Uint8Array[]> {
  const { inputs, count, onFrames } = options;
  const share = Math.ceil(count / inputs.length);
  const frames: Uint8Array[] = [];
  for (const text of inputs) {
    const before = frames.length;
    const most = Math.min(share, count - before);
    const onFrame = (done: number): void => onFrames?.(before + done, count);
    const taken = await framesOf(text, most, options, onFrame);
    if (taken.length === 0) throw SurgicamError.invalidField('--calibration', text, 'an input with frames');
    frames.push(...taken);
  }
  return frames;
}

/**
 * The frames of one input: of a folder's pictures in the order of their names, and of a video whose length is known, as
 * many as wanted at even distances; of a stream, every 12th from its beginning on.
 */
async function framesOf(
  text: string,
  count: number,
  options: CalibrationOptions,
  onFrame: (done: number) => void,
): Promise<Uint8Array[]> {
  const pictures = await picturesOf(text);
  const inputs = await readInputs(pictures ?? [text]);
  const images = inputs.flatMap((input) => (input.kind === 'image' ? [input.path] : []));
  if (images.length === inputs.length) {
    const frames: Uint8Array[] = [];
    for (const path of evenly(images, count)) {
      frames.push((await loadFrame(path, undefined, 0, options)).pixels);
      onFrame(frames.length);
    }
    return frames;
  }
  return videoFrames(inputs, count, options, onFrame);
}

async function videoFrames(
  inputs: readonly AnalysisInput[],
  count: number,
  { stride, width, height }: CalibrationOptions,
  onFrame: (done: number) => void,
): Promise<Uint8Array[]> {
  const total = await estimateFrames(inputs);
  const distance = stride ?? (total === undefined ? STREAM_STRIDE : Math.max(1, Math.floor(total / count)));
  const frames = openInputs(inputs, {
    width,
    height,
    ownSpeed: false,
    hardwareAcceleration: 'none',
    gate: { isOpen: () => true, onOpen: () => () => undefined },
    logger: silentLogger(),
  });
  let taken = 0;
  return lastValueFrom(
    frames.pipe(
      filter((_, index) => index % distance === 0),
      take(count),
      map(({ pixels }) => pixels),
      tap(() => onFrame(++taken)),
      toArray(),
    ),
  );
}

/** The pictures in a folder; undefined when the text names no folder. Error: invalid_argument for one without pictures. */
async function picturesOf(text: string): Promise<string[] | undefined> {
  const facts = await stat(text).catch(() => undefined);
  if (facts?.isDirectory() !== true) return undefined;
  const names = await readdir(text);
  const pictures = names.filter((name) => PICTURES.includes(extname(name).toLowerCase())).sort();
  if (pictures.length === 0) {
    throw SurgicamError.invalidField(
      '--calibration',
      text,
      `a folder with pictures (${PICTURES.join(', ')})`,
    );
  }
  return pictures.map((name) => join(text, name));
}

/** At most `count` items, at even distances from the first on. */
function evenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!);
}
