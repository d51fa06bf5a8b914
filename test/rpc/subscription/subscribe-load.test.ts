import { describe, expect, it } from '@jest/globals';
import { Delivery } from '../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { eachHarness } from '../../fixtures/each-harness.js';
import { type RpcHarness, valueOf } from '../../fixtures/rpc-harness.js';
import { sampleFrames } from '../../fixtures/sample-analysis.js';

let harness: RpcHarness;
eachHarness(['or-1'], (fresh) => (harness = fresh));

const everyFrame = { feedId: 'or-1', delivery: Delivery.EVERY_FRAME };
const feed = () => harness.feeds.get('or-1');

/** A full-size 8-bit heatmap. */
const heatmaps = [
  { classId: 0, encoding: 'full_u8', width: 320, height: 256, data: new Uint8Array(320 * 256) },
] as const;

describe('Subscribe under load', () => {
  it('delivers every one of 10,000 analyses in order (high rate)', async () => {
    feed().publish(...sampleFrames(0, 10_000));
    feed().setState({ kind: 'ended', sinceMs: Date.now() });
    const { probe } = harness.subscribe({ ...everyFrame, resumeAfterSequence: 0n });
    await probe.status;
    const sequences = probe.received.flatMap(
      (response) => valueOf('frameAnalysis', response)?.sequence ?? [],
    );
    expect(sequences).toEqual(Array.from({ length: 9_999 }, (_, i) => BigInt(i + 1)));
  });

  it('serves many subscribers alike', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const subscriptions = Array.from({ length: 20 }, () => harness.subscribe(everyFrame));
    for (const subscription of subscriptions) await subscription.next('feedStateChange');
    feed().publish(...sampleFrames(0, 100));
    feed().setState({ kind: 'ended', sinceMs: Date.now() });
    for (const { probe } of subscriptions) {
      await probe.status;
      expect(probe.received.filter((response) => valueOf('frameAnalysis', response))).toHaveLength(100);
    }
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it('lets a reader that never reads hold up nobody, and queues nothing for it (slow reader)', async () => {
    const stuck = harness.subscribe({ feedId: 'or-1' });
    await stuck.next('started');
    stuck.call.pause();
    const reading = harness.subscribe(everyFrame);
    await reading.next('feedStateChange');
    const count = 1000;
    for (let sequence = 0; sequence < count; sequence++) {
      feed().publish(...sampleFrames(sequence, sequence + 1, { heatmaps }));
      expect((await reading.next('frameAnalysis')).sequence).toBe(BigInt(sequence));
    }
    // What it took is in flow-control windows and sockets; all else is only a place in the history.
    const [takenByStuck, takenByReading] = feed().taken;
    expect(takenByReading).toBeGreaterThanOrEqual(count);
    expect(takenByStuck).toBeLessThan(100);

    stuck.call.resume();
    const newest = await stuck.probe.next((response) =>
      valueOf('frameAnalysis', response)?.sequence === BigInt(count - 1) ? response : undefined,
    );
    const skipped = stuck.probe.received.reduce(
      (sum, response) => sum + (response.skipped?.slowReader ?? 0n),
      0n,
    );
    const seen = stuck.probe.received.filter((response) => valueOf('frameAnalysis', response)).length;
    expect(newest.skipped?.slowReader).toBeGreaterThan(0n);
    expect(Number(skipped) + seen).toBe(count);
  });
});
