import { describe, expect, it } from '@jest/globals';
import { waitUntilMs } from '../../src/inference/batch-wait.js';

const UNKNOWN = { predict: () => undefined };
/** A card: 4 ms for whatever it is, and 1 ms a frame. */
const CARD = { predict: (batch: number) => 4 + batch };
/** A processor: in proportion. */
const PROCESSOR = { predict: (batch: number) => 10 * batch };

const limits = (latencyTargetMs = 0, maxWaitMs = 20) => ({ latencyTargetMs, maxWaitMs });

describe('waitUntilMs', () => {
  it('is the first frame plus the longest wait until run times are known', () => {
    expect(waitUntilMs({ waiting: 2, oldestMs: 100, newestMs: 105 }, limits(30, 5), UNKNOWN)).toBe(105);
  });

  it('waits no longer than a shared run saves, from the last frame on', () => {
    // Two runs of one: 10 ms. One of two: 6 ms.
    expect(waitUntilMs({ waiting: 1, oldestMs: 100, newestMs: 100 }, limits(), CARD)).toBe(104);
    expect(waitUntilMs({ waiting: 3, oldestMs: 100, newestMs: 109 }, limits(), CARD)).toBe(113);
  });

  it('does not wait where a shared run saves nothing', () => {
    expect(waitUntilMs({ waiting: 1, oldestMs: 100, newestMs: 100 }, limits(500), PROCESSOR)).toBe(100);
  });

  it('keeps the longest wait, or the latency target instead of it', () => {
    const forming = { waiting: 3, oldestMs: 100, newestMs: 118 };
    expect(waitUntilMs(forming, limits(0, 20), CARD)).toBe(120);
    // A run of four takes 8 ms and has to end at 140; the last frame came at 118 and 4 ms can be saved.
    expect(waitUntilMs(forming, limits(40, 1), CARD)).toBe(122);
    expect(waitUntilMs(forming, limits(25, 1), CARD)).toBe(117);
  });

  it('frames that come regularly are gathered while the target allows, in virtual time', () => {
    // A frame every 3 ms, target 30 ms: leaves when one more would end too late.
    let batch = { waiting: 1, oldestMs: 0, newestMs: 0 };
    for (let nowMs = 3; nowMs <= waitUntilMs(batch, limits(30), CARD); nowMs += 3) {
      batch = { ...batch, waiting: batch.waiting + 1, newestMs: nowMs };
    }
    const leavesAtMs = waitUntilMs(batch, limits(30), CARD);
    expect(batch.waiting).toBe(7);
    expect(leavesAtMs + CARD.predict(batch.waiting)).toBeLessThanOrEqual(30);
  });

  it('frames that come too seldom are not waited for long', () => {
    // A frame every 40 ms: each goes 4 ms after it came.
    expect(waitUntilMs({ waiting: 1, oldestMs: 40, newestMs: 40 }, limits(200), CARD)).toBe(44);
  });
});
