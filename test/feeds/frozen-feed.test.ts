import { beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { filter, firstValueFrom, map, toArray } from 'rxjs';
import { encodeClip } from '../fixtures/encode-clip.js';
import { FeedHarness } from '../fixtures/feed-harness.js';

const WIDTH = 96;
const HEIGHT = 64;

/** A picture of stripes that is the same for the same number. */
function picture(seed: number): Uint8Array {
  return new Uint8Array(WIDTH * HEIGHT * 3).map((_, i) => ((i >> 5) * (seed + 3)) % 251);
}

describe('a feed whose picture stands still', () => {
  const harness = FeedHarness.use({ frozenAfterMs: 1000 });
  const clip = join(harness.folder, 'frozen.mp4');

  // 10 frames that move, 60 that do not (2.4 s), 10 that move.
  beforeAll(() =>
    encodeClip(
      clip,
      Array.from({ length: 80 }, (_, i) => picture(i < 10 ? i : i < 70 ? 10 : i - 59)),
      WIDTH,
      HEIGHT,
    ),
  );

  it('says so while it lasts, and counts it', async () => {
    const states = firstValueFrom(
      harness.registry.changes().pipe(
        filter(({ kind }) => kind !== 'created'),
        map(({ snapshot }) => snapshot),
        toArray(),
      ),
    );
    const ended = harness.entering('ended');
    await harness.registry.create(harness.settings({}, { uri: clip }));
    const { counters } = await ended;
    await harness.registry.close();
    const seen = (await states).map(({ state }) =>
      state.kind === 'live' ? typeof state.frozenSinceMs : state.kind,
    );
    expect(seen).toEqual(['undefined', 'number', 'undefined', 'ended']);
    expect([counters.framesDecoded, counters.freezes, counters.stalls]).toEqual([80, 1, 0]);
  });
});
