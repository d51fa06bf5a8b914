import { describe, expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { FeedView } from '../../../src/cli/terminal/feed-view.js';
import { jsonPrinter, linePrinter } from '../../../src/cli/terminal/printers.js';
import type { FrameAnalysis } from '../../../src/rpc/gen/surgicam/v1/analysis.js';
import { GapReason, type SubscribeResponse } from '../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { FeedState } from '../../../src/rpc/gen/surgicam/v1/feed.js';
import { analysisMessage, score } from '../../fixtures/analysis-message.js';

const analysed = (changes: Partial<FrameAnalysis> = {}): SubscribeResponse => ({
  response: { $case: 'frameAnalysis', value: analysisMessage(changes) },
  skipped: undefined,
});
const gap: SubscribeResponse = {
  response: {
    $case: 'gap',
    value: { fromSequence: 3n, toSequence: 9n, reason: GapReason.HISTORY_EXCEEDED },
  },
  skipped: { slowReader: 5n, rateLimited: 1n, annotations: 0n, stale: 1n },
};
const heartbeat: SubscribeResponse = {
  response: {
    $case: 'heartbeat',
    value: {
      time: new Date(0),
      status: {
        state: FeedState.STALLED,
        since: new Date(0),
        reason: '',
        reconnection: undefined,
        frozenSince: undefined,
        sourceLog: [],
      },
      paused: false,
      lastSequence: undefined,
    },
  },
  skipped: undefined,
};

function linesOf(stream: PassThrough): string[] {
  return String((stream.read() as Buffer | null) ?? '')
    .split('\n')
    .slice(0, -1);
}

describe('the view of a feed', () => {
  it('keeps the newest analysis, the state and what was skipped', () => {
    const view = new FeedView('or-1');
    expect(view.state).toBe('connecting');
    for (const response of [analysed(), analysed({ sequence: 132n }), gap, heartbeat])
      view.accept(response, 0);
    expect(view.analysis?.sequence).toBe(132n);
    expect(view).toMatchObject({ state: 'stalled', skipped: 7 });
    expect(view.meter.percentile(0.5)).toBe(40);
  });
});

describe('the line printer', () => {
  it('prints twice a second, and at once when a class is found or lost', async () => {
    const out = new PassThrough();
    const printer = linePrinter(out);
    const view = new FeedView('or-1');
    const lost = { classScores: [score(0, 'grasper', 0.1), score(1, 'hook', 0.9)], detections: [] };
    const script: readonly (readonly [number, SubscribeResponse])[] = [
      [0, analysed()],
      [100, analysed()],
      [200, analysed(lost)],
      [699, analysed(lost)],
      [700, analysed(lost)],
      [800, gap],
    ];
    for (const [atMs, response] of script) {
      view.accept(response, atMs);
      await printer.print(response, view, atMs);
    }
    const lines = linesOf(out);
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/grasper 0\.98 \[32,64 160,192\] {3}<- found grasper$/);
    expect(lines[1]).toMatch(/hook 0\.90 {3}<- found hook, lost grasper$/);
    expect(lines[2]).toMatch(/hook 0\.90$/);
    expect(lines[3]).toBe('-- frames 3 to 9 are missing: history exceeded');
  });
});

describe('the JSON printer', () => {
  it('writes analyses as canonical JSON and nothing else to its output', async () => {
    const out = new PassThrough();
    const notes = new PassThrough();
    const printer = jsonPrinter(out, notes);
    const view = new FeedView('or-1');
    for (const response of [analysed(), gap, heartbeat]) await printer.print(response, view, 0);
    const lines = linesOf(out);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      feedId: 'or-1',
      sequence: '131',
      mediaTimeUs: '65250000',
      captureTime: '2026-01-02T03:04:05.678Z',
      heatmaps: [],
      detections: [{ inputBox: { x1: 32, y1: 64, x2: 160, y2: 192 } }],
    });
    expect(linesOf(notes)).toEqual(['-- frames 3 to 9 are missing: history exceeded']);
  });

  it('waits while its reader is slower', async () => {
    const out = new PassThrough({ highWaterMark: 10 });
    const printed = Promise.resolve(jsonPrinter(out, out).print(analysed(), new FeedView('or-1'), 0));
    expect(out.writableNeedDrain).toBe(true);
    out.resume();
    await expect(printed).resolves.toBeUndefined();
  });
});
