import { describe, expect, it } from '@jest/globals';
import { lastValueFrom, take, tap, toArray } from 'rxjs';
import path from 'node:path';
import sharp from 'sharp';
import { datasetFrames } from '../../../src/cli/dataset/dataset-frames.js';
import { openDataset, type Dataset } from '../../../src/datasets/dataset.js';
import type { VideoFrame } from '../../../src/domain/video-frame.js';
import { loadImage } from '../../../src/files/image.js';
import { CreditGate } from '../../../src/flow/credit-gate.js';
import { silentLogger } from '../../../src/observability/logger.js';
import { writeCholec80Tree, writeFolderTree } from '../../fixtures/dataset-trees.js';
import { encodeClip } from '../../fixtures/encode-clip.js';
import { errorOf } from '../../fixtures/errors.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';
import { TestGate } from '../../fixtures/test-gate.js';

const root = temporaryFolder();
const inRoot = (name: string): string => path.join(root, name);
const OPEN = new TestGate(true);
const options = {
  width: 64,
  height: 48,
  hardwareAcceleration: 'none',
  gate: OPEN,
  logger: silentLogger(),
} as const;

const framesOf = (dataset: Dataset, more: Partial<Parameters<typeof datasetFrames>[1]> = {}) =>
  lastValueFrom(datasetFrames(dataset, { ...options, ...more }).pipe(toArray()));

/** A data set of frames of videos, without label files. */
function videoDataset(indices: Readonly<Record<string, readonly number[]>>): Dataset {
  const frames = Object.entries(indices).flatMap(([video, own]) =>
    own.map((index) => ({ video, name: String(index), videoFrame: { path: inRoot(`${video}.mp4`), index } })),
  );
  return { layout: 'cholec80', classes: [], frames };
}

/** The frame with number i is a grey of 8 + 3i all over. */
async function writeGreys(video: string, count: number): Promise<void> {
  const frames = Array.from({ length: count }, (_, i) => new Uint8Array(64 * 48 * 3).fill(8 + 3 * i));
  await encodeClip(inRoot(`${video}.mp4`), frames, 64, 48);
}

function greyNumber({ pixels }: VideoFrame): number {
  const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
  return Math.round((mean - 8) / 3);
}

describe('datasetFrames of pictures', () => {
  it('gives the pictures of the data set in its order, as the model wants them', async () => {
    await writeFolderTree(inRoot('pictures'), {
      sequences: [2, 1],
      framesPerSequence: 3,
      width: 96,
      height: 80,
    });
    const dataset = await openDataset(inRoot('pictures'), { layout: 'folder', classes: [] });
    const frames = await framesOf(dataset);
    expect(frames.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const [i, frame] of frames.entries()) {
      const { pixels } = await loadImage(dataset.frames[i]!.imagePath!, 64, 48);
      expect(frame).toMatchObject({
        width: 64,
        height: 48,
        sourceWidth: 96,
        sourceHeight: 80,
        mediaTimeUs: 0,
      });
      expect(Buffer.compare(frame.pixels, pixels)).toBe(0);
      expect(frame.pixels.byteLength).toBe(frame.pixels.buffer.byteLength);
    }
    const some = await framesOf(dataset, { indices: [1, 4] });
    expect(some.map(({ sequence }) => sequence)).toEqual([1, 4]);
    expect(Buffer.compare(some[1]!.pixels, frames[4]!.pixels)).toBe(0);
  });

  it('names a picture that cannot be read, after those before it', async () => {
    await writeFolderTree(inRoot('broken'), { sequences: [1], framesPerSequence: 3, width: 64, height: 48 });
    const dataset = await openDataset(inRoot('broken'), { layout: 'folder', classes: [] });
    await sharp({ create: { width: 2, height: 2, channels: 3, background: '#000' } })
      .gif()
      .toFile(dataset.frames[2]!.imagePath!);
    const seen: number[] = [];
    const source = datasetFrames(dataset, options).pipe(tap(({ sequence }) => seen.push(sequence)));
    const error = await errorOf(() => lastValueFrom(source));
    expect(error.message).toContain(dataset.frames[2]!.imagePath!);
    expect(seen).toEqual([0, 1]);
  });

  it('gives nothing while the gate is closed, and leaves no listener behind', async () => {
    await writeFolderTree(inRoot('gated'), { sequences: [1], framesPerSequence: 3, width: 64, height: 48 });
    const dataset = await openDataset(inRoot('gated'), { layout: 'folder', classes: [] });
    const gate = new TestGate(false);
    const seen: number[] = [];
    const taken = lastValueFrom(
      datasetFrames(dataset, { ...options, gate }).pipe(
        tap(({ sequence }) => seen.push(sequence)),
        take(2),
      ),
    );
    expect(seen).toEqual([]);
    gate.open();
    await taken;
    expect(seen).toEqual([0, 1]);
    expect(gate.listenerCount).toBe(0);
  });
});

describe('datasetFrames of videos', () => {
  it('gives only the frames that the data set names, each by its number', async () => {
    await writeGreys('video01', 60);
    await writeGreys('video02', 30);
    const dataset = videoDataset({ video01: [0, 25, 26, 50], video02: [7, 29] });
    const frames = await framesOf(dataset);
    expect(frames.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(frames.map(greyNumber)).toEqual([0, 25, 26, 50, 7, 29]);
    expect(frames.map(({ mediaTimeUs }) => mediaTimeUs / 40_000)).toEqual([0, 25, 26, 50, 7, 29]);
    const some = await framesOf(dataset, { indices: [2, 4] });
    expect(some.map(({ sequence }) => sequence)).toEqual([2, 4]);
    expect(some.map(greyNumber)).toEqual([26, 7]);
  });

  it('reads a whole Cholec80', async () => {
    const folder = inRoot('cholec80');
    await writeCholec80Tree(
      folder,
      { sequences: [3, 41], framesPerSequence: 3, width: 64, height: 48 },
      encodeClip,
    );
    const dataset = await openDataset(folder, { layout: 'cholec80', classes: ['hook', 'tissue'] });
    const frames = await framesOf(dataset);
    expect(frames.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(frames.map(({ mediaTimeUs }) => mediaTimeUs)).toEqual([0, 1e6, 2e6, 0, 1e6, 2e6]);
    expect(dataset.frames.map(({ video, name }) => `${video}/${name}`).slice(1, 4)).toEqual([
      'video03/000025',
      'video03/000050',
      'video41/000000',
    ]);
  });

  it('names a video that ends before a frame that the data set names', async () => {
    await writeGreys('short', 10);
    const error = await errorOf(() => framesOf(videoDataset({ short: [0, 25] })));
    expect(error.code).toBe('invalid_argument');
    expect(error.message).toContain(`${inRoot('short.mp4')} ends before frame`);
    expect(error.message).toContain('frame 25');
  });

  it('goes on only as credits come back', async () => {
    await writeGreys('gated', 60);
    const gate = new CreditGate(2);
    const seen: number[] = [];
    let most = 0;
    const done = lastValueFrom(
      datasetFrames(videoDataset({ gated: [0, 10, 20, 30, 40, 50] }), { ...options, gate }).pipe(
        tap((frame) => {
          gate.take();
          most = Math.max(most, gate.taken);
          seen.push(greyNumber(frame));
          setImmediate(() => gate.give());
        }),
      ),
    );
    await done;
    expect(seen).toEqual([0, 10, 20, 30, 40, 50]);
    expect(most).toBeLessThanOrEqual(2);
  });
});
