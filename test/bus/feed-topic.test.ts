import { describe, expect, it } from '@jest/globals';
import { InProcessTopic } from '../../src/bus/feed-topic.js';
import type { ReaderItem, TopicReader } from '../../src/bus/topic-reader.js';
import type { FeedSnapshot } from '../../src/domain/feed.js';
import type { AnalysisProduct, AnalyzedFrame } from '../../src/domain/frame-analysis.js';

const PRODUCT: AnalysisProduct = { present: [true], detections: [], heatmaps: [], features: [] };

function analyzed(sequence: number, keys: readonly string[] = ['a'], heatmapBytes = 0): AnalyzedFrame {
  const data = new Uint8Array(heatmapBytes);
  const heatmaps =
    heatmapBytes === 0 ? [] : [{ classId: 0, encoding: 'full_u8' as const, width: 1, height: 1, data }];
  return {
    facts: {
      feedId: 'or-1',
      sequence,
      mediaTimeUs: sequence * 40_000,
      capturedAtMs: 0,
      capturedAtMonotonicMs: 0,
      modelName: 'm',
      modelVersion: '1',
      classNames: ['hook'],
      frameWidth: 8,
      frameHeight: 8,
      inputWidth: 8,
      inputHeight: 8,
      logits: Float32Array.of(1),
      probabilities: Float32Array.of(0.7),
      timing: { decodeUs: 0, queueUs: 0, inferenceUs: 0, explanationUs: 0 },
      batchSize: 1,
      analyzedAtMonotonicMs: 0,
      framesDropped: {},
    },
    products: new Map(keys.map((key) => [key, { ...PRODUCT, heatmaps }])),
  };
}

function snapshot(kind: 'live' | 'stalled'): FeedSnapshot {
  return { state: { kind, sinceMs: 0 } } as FeedSnapshot;
}

function brief(item: ReaderItem): string {
  switch (item.kind) {
    case 'analysis':
      return `frame ${item.analysis.facts.sequence}`;
    case 'gap':
      return `gap ${item.fromSequence}-${item.toSequence} ${item.reason}`;
    case 'state':
      return item.snapshot.state.kind;
    case 'closed':
      return 'closed';
  }
}

function drain(reader: TopicReader): string[] {
  const items: string[] = [];
  for (let item = reader.poll(); item !== undefined; item = reader.poll()) {
    items.push(brief(item));
    if (item.kind === 'closed') break;
  }
  return items;
}

const every = { recipeKey: 'a', delivery: 'every_frame' } as const;
const latest = { recipeKey: 'a', delivery: 'latest' } as const;

describe('InProcessTopic', () => {
  it('gives every reader every analysis and state in order, from its beginning on', () => {
    const topic = new InProcessTopic();
    topic.publish(analyzed(0));
    const reader = topic.openReader(every);
    expect(reader.poll()).toBeUndefined();
    topic.announce(snapshot('live'));
    topic.publish(analyzed(1));
    topic.publish(analyzed(2));
    topic.announce(snapshot('stalled'));
    expect(drain(reader)).toEqual(['live', 'frame 1', 'frame 2', 'stalled']);
    topic.publish(analyzed(3));
    topic.close();
    expect(drain(reader)).toEqual(['frame 3', 'closed']);
  });

  it('jumps to the newest analysis under latest, counts what it passes over, keeps states', () => {
    const topic = new InProcessTopic();
    const reader = topic.openReader(latest);
    topic.publish(analyzed(0));
    topic.publish(analyzed(1));
    topic.announce(snapshot('stalled'));
    topic.publish(analyzed(2));
    expect(drain(reader)).toEqual(['stalled', 'frame 2']);
    expect(reader.skipped).toBe(2);
  });

  it('tells a reader that fell out of the history what it lost, and the state it missed', () => {
    const topic = new InProcessTopic({ events: 4, bytes: 1e9 });
    const reader = topic.openReader(every);
    topic.publish(analyzed(0));
    expect(drain(reader)).toEqual(['frame 0']);
    topic.announce(snapshot('stalled'));
    for (let sequence = 1; sequence <= 6; sequence++) topic.publish(analyzed(sequence));
    expect(drain(reader)).toEqual([
      'stalled',
      'gap 1-2 history_exceeded',
      'frame 3',
      'frame 4',
      'frame 5',
      'frame 6',
    ]);
  });

  it('holds no more than its limits whatever its readers do', () => {
    const topic = new InProcessTopic({ events: 100, bytes: 1_000_000 });
    topic.openReader(every);
    for (let sequence = 0; sequence < 500; sequence++) topic.publish(analyzed(sequence, ['a'], 50_000));
    expect(topic.history.heldBytes).toBeLessThanOrEqual(1_000_000);
    expect(topic.history.end - topic.history.start).toBeLessThanOrEqual(100);
    topic.publish(analyzed(500, ['a'], 2_000_000));
    expect(topic.history.end - topic.history.start).toBe(1);
  });

  it('passes over what was on its way before the recipe, and reports it after a change', () => {
    const topic = new InProcessTopic();
    const reader = topic.openReader(every);
    topic.publish(analyzed(0, ['b']));
    topic.publish(analyzed(1, ['a', 'b']));
    expect(drain(reader)).toEqual(['frame 1']);
    reader.setRecipe('c');
    topic.publish(analyzed(2, ['a']));
    topic.publish(analyzed(3, ['a', 'c']));
    expect(drain(reader)).toEqual(['gap 2-2 not_computed', 'frame 3']);
  });

  it('resumes behind a frame, with a gap only for what the history no longer holds', () => {
    const topic = new InProcessTopic({ events: 4, bytes: 1e9 });
    for (let sequence = 0; sequence < 10; sequence++) topic.publish(analyzed(sequence));
    expect(drain(topic.openReader({ ...every, resumeAfterSequence: 7 }))).toEqual(['frame 8', 'frame 9']);
    expect(drain(topic.openReader({ ...every, resumeAfterSequence: 5 }))).toHaveLength(4);
    expect(drain(topic.openReader({ ...every, resumeAfterSequence: 2 }))[0]).toBe('gap 3-5 history_exceeded');
    expect(drain(topic.openReader({ ...every, resumeAfterSequence: 9 }))).toEqual([]);
  });

  it('wakes listeners on every change until they stop', () => {
    const topic = new InProcessTopic();
    const reader = topic.openReader(every);
    let calls = 0;
    const stop = reader.onItem(() => calls++);
    topic.publish(analyzed(0));
    topic.announce(snapshot('live'));
    stop();
    topic.publish(analyzed(1));
    expect(calls).toBe(2);
    reader.onItem(() => calls++);
    reader.close();
    topic.close();
    expect(calls).toBe(2);
  });
});
