import { describe, expect, it } from '@jest/globals';
import { InProcessTopic } from '../../src/bus/feed-topic.js';
import type { ReaderItem, TopicReader } from '../../src/bus/topic-reader.js';
import type { FeedSnapshot } from '../../src/domain/feed.js';
import { analyzedFrame } from '../fixtures/analyzed-frame.js';

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
    topic.publish(analyzedFrame(0));
    const reader = topic.openReader(every);
    expect(reader.poll()).toBeUndefined();
    topic.announce(snapshot('live'));
    topic.publish(analyzedFrame(1));
    topic.publish(analyzedFrame(2));
    topic.announce(snapshot('stalled'));
    expect(drain(reader)).toEqual(['live', 'frame 1', 'frame 2', 'stalled']);
    topic.publish(analyzedFrame(3));
    topic.close();
    expect(drain(reader)).toEqual(['frame 3', 'closed']);
  });

  it('jumps to the newest analysis under latest, counts what it passes over, keeps states', () => {
    const topic = new InProcessTopic();
    const reader = topic.openReader(latest);
    topic.publish(analyzedFrame(0));
    topic.publish(analyzedFrame(1));
    topic.announce(snapshot('stalled'));
    topic.publish(analyzedFrame(2));
    expect(drain(reader)).toEqual(['stalled', 'frame 2']);
    expect(reader.skipped).toBe(2);
  });

  it('tells a reader that fell out of the history what it lost, and the state it missed', () => {
    const topic = new InProcessTopic({ events: 4, bytes: 1e9 });
    const reader = topic.openReader(every);
    topic.publish(analyzedFrame(0));
    expect(drain(reader)).toEqual(['frame 0']);
    topic.announce(snapshot('stalled'));
    for (let sequence = 1; sequence <= 6; sequence++) topic.publish(analyzedFrame(sequence));
    expect(drain(reader)).toEqual([
      'stalled',
      'gap 1-2 history_exceeded',
      'frame 3',
      'frame 4',
      'frame 5',
      'frame 6',
    ]);
  });

  it('tells a reader that has read nothing yet what it lost', () => {
    const topic = new InProcessTopic({ events: 2, bytes: 1e9 });
    topic.publish(analyzedFrame(0));
    const reader = topic.openReader(every);
    for (let sequence = 1; sequence <= 4; sequence++) topic.publish(analyzedFrame(sequence));
    expect(drain(reader)).toEqual(['gap 1-2 history_exceeded', 'frame 3', 'frame 4']);
  });

  it('tells what was lost when only states are left, and when what is left is of another recipe', () => {
    const topic = new InProcessTopic({ events: 2, bytes: 1e9 });
    const reader = topic.openReader(every);
    topic.publish(analyzedFrame(0));
    topic.publish(analyzedFrame(1));
    topic.announce(snapshot('stalled'));
    topic.announce(snapshot('live'));
    topic.close();
    expect(drain(reader)).toEqual(['gap 0-1 history_exceeded', 'stalled', 'live', 'closed']);
    expect(drain(topic.openReader({ ...every, resumeAfterSequence: 0 }))[0]).toBe('gap 1-1 history_exceeded');

    const other = new InProcessTopic({ events: 2, bytes: 1e9 });
    const behind = other.openReader(every);
    for (let sequence = 0; sequence <= 3; sequence++) other.publish(analyzedFrame(sequence, ['b']));
    expect(drain(behind)).toEqual(['gap 0-1 history_exceeded', 'gap 2-3 not_computed']);
  });

  it('counts analyses that fell out under latest as passed over, states not, and makes no gap of them', () => {
    const topic = new InProcessTopic({ events: 2, bytes: 1e9 });
    const reader = topic.openReader(latest);
    topic.publish(analyzedFrame(0));
    topic.announce(snapshot('stalled'));
    topic.announce(snapshot('live'));
    for (let sequence = 1; sequence <= 4; sequence++) topic.publish(analyzedFrame(sequence));
    expect(drain(reader)).toEqual(['live', 'frame 4']);
    expect(reader.skipped).toBe(4);
    expect(drain(topic.openReader({ ...latest, resumeAfterSequence: 0 }))).toEqual(['frame 4']);
  });

  it('holds no more than its limits whatever its readers do', () => {
    const topic = new InProcessTopic({ events: 100, bytes: 1_000_000 });
    topic.openReader(every);
    for (let sequence = 0; sequence < 500; sequence++) topic.publish(analyzedFrame(sequence, ['a'], 50_000));
    expect(topic.history.heldBytes).toBeLessThanOrEqual(1_000_000);
    expect(topic.history.end - topic.history.start).toBeLessThanOrEqual(100);
    topic.publish(analyzedFrame(500, ['a'], 2_000_000));
    expect(topic.history.end - topic.history.start).toBe(1);
  });

  it('passes over what was on its way before the recipe, and reports it after a change', () => {
    const topic = new InProcessTopic();
    const reader = topic.openReader(every);
    topic.publish(analyzedFrame(0, ['b']));
    topic.publish(analyzedFrame(1, ['a', 'b']));
    expect(drain(reader)).toEqual(['frame 1']);
    reader.setRecipe('c');
    topic.publish(analyzedFrame(2, ['a']));
    topic.publish(analyzedFrame(3, ['a']));
    topic.publish(analyzedFrame(5, ['a', 'c']));
    topic.publish(analyzedFrame(6, ['a']));
    expect(drain(reader)).toEqual(['gap 2-3 not_computed', 'frame 5', 'gap 6-6 not_computed']);
  });

  it('resumes behind a frame, with a gap only for what the history no longer holds', () => {
    const topic = new InProcessTopic({ events: 4, bytes: 1e9 });
    for (let sequence = 0; sequence < 10; sequence++) topic.publish(analyzedFrame(sequence));
    expect(drain(topic.openReader({ ...every, resumeAfterSequence: 7 }))).toEqual(['frame 8', 'frame 9']);
    expect(drain(topic.openReader({ ...every, resumeAfterSequence: 5 }))).toHaveLength(4);
    expect(drain(topic.openReader({ ...every, resumeAfterSequence: 2 }))[0]).toBe('gap 3-5 history_exceeded');
    expect(drain(topic.openReader({ ...every, resumeAfterSequence: 9 }))).toEqual([]);
    const ahead = topic.openReader({ ...every, resumeAfterSequence: 1000 });
    topic.publish(analyzedFrame(10));
    expect(drain(ahead)).toEqual(['frame 10']);
  });

  it('wakes listeners on every change until they stop', () => {
    const topic = new InProcessTopic();
    const reader = topic.openReader(every);
    let calls = 0;
    const stop = reader.onItem(() => calls++);
    topic.publish(analyzedFrame(0));
    topic.announce(snapshot('live'));
    stop();
    topic.publish(analyzedFrame(1));
    expect(calls).toBe(2);
    reader.onItem(() => calls++);
    reader.close();
    topic.close();
    expect(calls).toBe(2);
  });
});
