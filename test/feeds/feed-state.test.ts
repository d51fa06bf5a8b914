import { describe, expect, it } from '@jest/globals';
import type { FeedState } from '../../src/domain/feed.js';
import { FeedStateHolder } from '../../src/feeds/feed-state.js';

describe('FeedStateHolder', () => {
  it('tells of every change with its time, of a repetition not', () => {
    const changes: FeedState[] = [];
    const holder = new FeedStateHolder((state) => changes.push(state));
    expect(holder.state.kind).toBe('starting');
    for (const kind of ['live', 'live', 'stalled', 'live', 'ended'] as const) holder.setState({ kind });
    expect(changes.map(({ kind }) => kind)).toEqual(['live', 'stalled', 'live', 'ended']);
    expect(holder.state).toBe(changes.at(-1));
    expect(changes.every(({ sinceMs }, i) => i === 0 || sinceMs >= changes[i - 1]!.sinceMs)).toBe(true);
  });

  it('tells when a live picture freezes and when it moves again', () => {
    const changes: FeedState[] = [];
    const holder = new FeedStateHolder((state) => changes.push(state));
    expect(holder.setFrozen(1000)).toBe(false); // there is no picture yet
    holder.setState({ kind: 'live' });
    expect([undefined, 1000, 1000, undefined, 2000].map((since) => holder.setFrozen(since))).toEqual([
      ...[false, true, false, true, true],
    ]);
    holder.setState({ kind: 'live' });
    expect(holder.state).toMatchObject({ kind: 'live', frozenSinceMs: 2000 });
    holder.setState({ kind: 'stalled' });
    holder.setState({ kind: 'live' });
    expect(changes.map((state) => (state.kind === 'live' ? state.frozenSinceMs : state.kind))).toEqual([
      ...[undefined, 1000, undefined, 2000, 'stalled', undefined],
    ]);
    const [first, frozen] = changes;
    expect(frozen!.sinceMs).toBe(first!.sinceMs);
  });

  it('tells of every try at reconnecting', () => {
    const attempts: number[] = [];
    const holder = new FeedStateHolder((state) => {
      if (state.kind === 'reconnecting') attempts.push(state.attempt);
    });
    for (const attempt of [1, 2]) {
      holder.setState({ kind: 'reconnecting', attempt, nextTryAtMs: 0, reason: 'gone' });
    }
    expect(attempts).toEqual([1, 2]);
  });
});
