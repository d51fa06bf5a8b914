import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { filter, firstValueFrom, map } from 'rxjs';
import type { FeedSnapshot } from '../../src/domain/feed.js';
import { locateFfmpeg } from '../../src/video/locate-ffmpeg.js';
import { FeedHarness } from '../fixtures/feed-harness.js';
import { writeTestClip } from '../fixtures/test-clip.js';

const FILES = 500;
const AT_ONCE = 4;
const SEED = 0x5eed;
const EXTENSIONS = ['mp4', 'ts', 'mkv', 'avi', 'mov'] as const;

/** A small generator of its own, so that a file that fails can be made again. */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Mutation = (bytes: Buffer, random: (below: number) => number) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  function flipsBits(bytes, random) {
    for (let i = 0; i < 40; i++) bytes[random(bytes.length)]! ^= 1 << random(8);
    return bytes;
  },
  function flipsBitsOfTheHeader(bytes, random) {
    for (let i = 0; i < 8; i++) bytes[random(Math.min(200, bytes.length))]! ^= 1 << random(8);
    return bytes;
  },
  function breaksOff(bytes, random) {
    return bytes.subarray(0, random(bytes.length));
  },
  function losesItsBeginning(bytes, random) {
    return bytes.subarray(random(bytes.length));
  },
  function holdsZeros(bytes, random) {
    const start = random(bytes.length);
    return bytes.fill(0, start, Math.min(bytes.length, start + 1 + random(2000)));
  },
  function repeatsABlock(bytes, random) {
    const start = random(bytes.length);
    const block = bytes.subarray(start, start + random(4000));
    return Buffer.concat([bytes.subarray(0, start), block, block, bytes.subarray(start)]);
  },
  function holdsNoise(bytes, random) {
    const start = random(bytes.length);
    const noise = Buffer.from(Array.from({ length: 1 + random(3000) }, () => random(256)));
    return Buffer.concat([bytes.subarray(0, start), noise, bytes.subarray(start)]);
  },
  function hasGreatSizes(bytes, random) {
    for (let i = 0; i < 3; i++) bytes.writeUInt32BE(0xfffffff0, random(Math.max(1, bytes.length - 4)));
    return bytes;
  },
];

/** Files that a camera, a disk or somebody with bad intentions may leave: each feed ends or fails, and nothing else. */
describe('500 mutated media files', () => {
  const harness = FeedHarness.use({ maxFeeds: AT_ONCE });

  async function endOf(id: string, uri: string): Promise<FeedSnapshot> {
    const final = firstValueFrom(
      harness.registry.changes().pipe(
        map(({ snapshot }) => snapshot),
        filter(
          ({ settings, state }) => settings.id === id && (state.kind === 'ended' || state.kind === 'failed'),
        ),
      ),
    );
    await harness.registry.create(harness.settings({ id }, { uri }));
    const snapshot = await final;
    await harness.registry.delete(id);
    return snapshot;
  }

  it('end or fail with a reason, and leave nothing', async () => {
    const { path: ffmpeg } = await locateFfmpeg();
    const original = join(harness.folder, 'original.mp4');
    await writeTestClip(original, 10);
    const clips = await Promise.all(
      EXTENSIONS.map(async (extension) => {
        const file = join(harness.folder, `good.${extension}`);
        await promisify(execFile)(ffmpeg, ['-v', 'error', '-nostdin', '-i', original, '-c', 'copy', file]);
        return readFile(file);
      }),
    );
    expect((await endOf('warm', original)).state.kind).toBe('ended');
    const before = readdirSync('/proc/self/fd').length;

    const ends = new Map<string, number>();
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let index = next++; index < FILES; index = next++) {
        const random = randomOf(SEED + index);
        const which = index % EXTENSIONS.length;
        const mutate = MUTATIONS[Math.floor(index / EXTENSIONS.length) % MUTATIONS.length]!;
        // One in ten bears the name of another format.
        const extension = EXTENSIONS[index % 10 === 9 ? (which + 1) % EXTENSIONS.length : which]!;
        const file = join(harness.folder, `bad-${index}.${extension}`);
        await writeFile(file, mutate(Buffer.from(clips[which]!), random));
        const { state, counters } = await endOf(`bad-${index}`, file);
        await rm(file);
        ends.set(state.kind, (ends.get(state.kind) ?? 0) + 1);
        const told = `file ${index} (${mutate.name}, .${extension}): ${JSON.stringify(state)}`;
        if (state.kind === 'failed') {
          // Somebody's fault, in words, without a folder of the machine.
          if (state.code !== 'invalid_argument' && state.code !== 'unavailable') throw new Error(told);
          if (state.reason.length < 20 || state.reason.includes(harness.folder)) throw new Error(told);
        }
        if (counters.framesDropped > 0 && state.kind === 'ended') throw new Error(told);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));

    expect((ends.get('ended') ?? 0) + (ends.get('failed') ?? 0)).toBe(FILES);
    expect(ends.get('ended')).toBeGreaterThan(50);
    expect(ends.get('failed')).toBeGreaterThan(50);
    expect(harness.registry.list()).toEqual([]);
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before + 4);
    expect((await endOf('after', original)).counters.framesAnalyzed).toBe(10);
  }, 240_000);
});
