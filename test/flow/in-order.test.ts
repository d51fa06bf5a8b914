import { describe, expect, it } from '@jest/globals';
import { EMPTY, Subject, range, take, toArray, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { inOrder } from '../../src/flow/in-order.js';

function marbles(test: Parameters<TestScheduler['run']>[0]): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);
}

/** Starts the work that a value names. */
function work(works: Readonly<Record<string, Observable<string>>>) {
  return inOrder((name: string) => works[name]!);
}

describe('inOrder', () => {
  it('starts everything at once and gives results out in the order of the values', () => {
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const a = cold('      -----x|');
      const b = cold('       -y|');
      const c = cold('        --z|');
      const source = hot('-abc---------|');
      const expected = '  ------x(yz)--|';
      expectObservable(source.pipe(work({ a, b, c }))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^------------!');
      expectSubscriptions(a.subscriptions).toBe('-^-----!');
      expectSubscriptions(b.subscriptions).toBe('--^-!');
      expectSubscriptions(c.subscriptions).toBe('---^--!');
    });
  });

  it('gives out each of the several results of the first in line when it comes', () => {
    marbles(({ hot, cold, expectObservable }) => {
      const a = cold('      -x--y---|');
      const b = cold('       -v--w|');
      const source = hot('-ab|');
      const expected = '  --x--y---(vw|)';
      expectObservable(source.pipe(work({ a, b }))).toBe(expected);
    });
  });

  it('passes over work that ends without a result', () => {
    marbles(({ hot, cold, expectObservable }) => {
      const a = cold('      ----x|');
      const b = cold('       -|');
      const c = cold('        z|');
      const d = cold('         -----|');
      const source = hot('-abcd|');
      const expected = '  -----xz--|';
      expectObservable(source.pipe(work({ a, b, c, d }))).toBe(expected);
    });
  });

  it('completes with the source when nothing is at work, and after the last work otherwise', () => {
    marbles(({ hot, cold, expectObservable }) => {
      const a = cold('      --x|');
      expectObservable(hot('-a------|').pipe(work({ a }))).toBe('---x----|');
      expectObservable(hot('-a|      ').pipe(work({ a }))).toBe('---x|');
      expectObservable(hot('-|       ').pipe(work({ a }))).toBe('-|');
    });
  });

  it('passes the failure of the source on after the results of what was started', () => {
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const a = cold('      ----x|');
      const b = cold('       -y|');
      const source = hot('-ab#');
      const expected = '  -----x(y#)';
      expectObservable(source.pipe(work({ a, b }))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^--!');
      expectSubscriptions(a.subscriptions).toBe('-^----!');
    });
  });

  it('stops the source and all other work when some work fails', () => {
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const a = cold('      ------x|');
      const b = cold('       --#');
      const source = hot('-ab------|');
      const expected = '  ----#';
      expectObservable(source.pipe(work({ a, b }))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^---!');
      expectSubscriptions(a.subscriptions).toBe('-^--!');
      expectSubscriptions(b.subscriptions).toBe('--^-!');
    });
  });

  it('stops the source and all work when nobody listens any more', () => {
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const a = cold('      ------x|');
      const b = cold('       -y|');
      const source = hot('-ab------|');
      expectObservable(source.pipe(work({ a, b })), '^----!').toBe('------');
      expectSubscriptions(source.subscriptions).toBe('^----!');
      expectSubscriptions(a.subscriptions).toBe('-^---!');
      expectSubscriptions(b.subscriptions).toBe('--^-!');
    });
  });

  it('fails when work cannot be started', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('-a--|');
      const refuse = inOrder((): Observable<string> => {
        throw new Error('no');
      });
      expectObservable(source.pipe(refuse)).toBe('-#', undefined, new Error('no'));
      expectSubscriptions(source.subscriptions).toBe('^!');
    });
  });

  it('keeps the order when a result brings the next value about', () => {
    const source = new Subject<number>();
    const seen: number[] = [];
    source.pipe(inOrder((value) => [value, value + 0.5])).subscribe((value) => {
      seen.push(value);
      if (Number.isInteger(value) && value < 3) source.next(value + 1);
    });
    source.next(1);
    expect(seen).toEqual([1, 1.5, 2, 2.5, 3, 3.5]);
  });

  it('starts no further work when a source gives all it has at once and enough has come', () => {
    const started: number[] = [];
    const seen: number[][] = [];
    const start = (value: number): number[] => {
      started.push(value);
      return [value];
    };
    range(0, 1000)
      .pipe(inOrder(start), take(2), toArray())
      .subscribe((values) => seen.push(values));
    expect([started, seen]).toEqual([[0, 1], [[0, 1]]]);
  });

  it('keeps nothing of empty work behind one that does not end', () => {
    const source = new Subject<number>();
    const first = new Subject<string>();
    const seen: string[] = [];
    let subscribed = 0;
    source
      .pipe(inOrder((value) => (++subscribed === 1 ? first : value < 10_000 ? EMPTY : [`${value}`])))
      .subscribe((value) => seen.push(value));
    for (let value = 0; value <= 10_000; value++) source.next(value);
    first.next('first');
    first.complete();
    expect(seen).toEqual(['first', '10000']);
  });
});
