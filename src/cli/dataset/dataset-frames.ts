import { Observable, concatMap, defer, filter, from, map, takeWhile, tap } from 'rxjs';
import type { Dataset, DatasetFrame } from '../../datasets/dataset.js';
import { SurgicamError } from '../../domain/errors.js';
import type { VideoFrame } from '../../domain/video-frame.js';
import { openFrameSource } from '../../video/open-frame-source.js';
import { loadFrame, type OpenInputsOptions } from '../analyze/open-inputs.js';
import { whenOpen } from '../analyze/when-open.js';

/** Pictures that are decoded while others are analysed: enough for the decoder's threads, few enough for memory. */
const AHEAD = 3;

export interface DatasetFramesOptions extends Omit<OpenInputsOptions, 'ownSpeed'> {
  /** Indices into `dataset.frames`, ascending. If absent, all. */
  readonly indices?: readonly number[];
}

/**
 * The frames of a data set at the model's input size, in its order. A frame's `sequence` is its index in
 * `dataset.frames`. Pictures are decoded a few ahead; of a video only the frames that the data set names come through.
 * Errors name the file; a video that ends before a frame that the data set names is one.
 */
export function datasetFrames(dataset: Dataset, options: DatasetFramesOptions): Observable<VideoFrame> {
  const indices = options.indices ?? dataset.frames.map((_, index) => index);
  return from(runsOf(dataset, indices)).pipe(
    concatMap(({ video, indices: run }) =>
      video === undefined ? pictures(dataset, run, options) : videoFrames(dataset, video, run, options),
    ),
  );
}

interface Run {
  /** Absent for pictures. */
  readonly video?: string;
  readonly indices: number[];
}

/** Neighbours that come from the same video file, or are all pictures. */
function runsOf({ frames }: Dataset, indices: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (const index of indices) {
    const video = frames[index]!.videoFrame?.path;
    const last = runs.at(-1);
    if (last !== undefined && last.video === video) last.indices.push(index);
    else runs.push({ ...(video === undefined ? {} : { video }), indices: [index] });
  }
  return runs;
}

function pictures(
  dataset: Dataset,
  indices: readonly number[],
  options: DatasetFramesOptions,
): Observable<VideoFrame> {
  return new Observable((subscriber) => {
    const waiting: Promise<VideoFrame>[] = [];
    let next = 0;
    const fill = (): void => {
      while (waiting.length < AHEAD && next < indices.length) {
        const index = indices[next++]!;
        const frame = loadFrame(dataset.frames[index]!.imagePath!, undefined, index, options);
        // Heard of when its turn comes; until then it is not unhandled.
        frame.catch(() => undefined);
        waiting.push(frame);
      }
    };
    const run = async (): Promise<void> => {
      fill();
      for (let frame = waiting.shift(); frame !== undefined; frame = waiting.shift()) {
        fill();
        const loaded = await frame;
        await whenOpen(options.gate);
        if (subscriber.closed) return;
        subscriber.next(loaded);
      }
      subscriber.complete();
    };
    run().catch((error: unknown) => subscriber.error(error));
  });
}

function videoFrames(
  dataset: Dataset,
  video: string,
  indices: readonly number[],
  options: DatasetFramesOptions,
): Observable<VideoFrame> {
  const wanted = new Map(indices.map((index) => [frameIndex(dataset.frames[index]!), index]));
  const last = frameIndex(dataset.frames[indices.at(-1)!]!);
  // Cholec80 is labelled once in 25 frames: the decoder need not scale and hand over the others.
  const everyNth = Math.max(1, [...wanted.keys()].reduce(greatestCommonDivisor, 0));
  return defer(() => {
    let reached = -1;
    return openFrameSource({
      ...options,
      feedId: '',
      everyNth,
      source: { uri: `file:${video}`, ownSpeed: false, loop: false },
    }).pipe(
      map((frame) => ({ frame, index: frame.sequence * everyNth })),
      takeWhile(({ index }) => {
        reached = index;
        return index < last;
      }, true),
      filter(({ index }) => wanted.has(index)),
      map(({ frame, index }) => ({ ...frame, sequence: wanted.get(index)! })),
      tap({ complete: () => checkReached(reached, last, video) }),
    );
  });
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function checkReached(reached: number, last: number, video: string): void {
  if (reached >= last) return;
  throw new SurgicamError(
    'invalid_argument',
    `${video} ends before frame ${last}, which its annotations name`,
  );
}

function frameIndex({ videoFrame }: DatasetFrame): number {
  return videoFrame!.index;
}
