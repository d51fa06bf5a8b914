import { describe, expect, it } from '@jest/globals';
import { Batcher, type BatchLane } from '../../src/inference/batcher.js';

interface Item {
  readonly name: string;
  readonly queuedAtMs: number;
}

class TestLane implements BatchLane<Item> {
  readonly items: Item[] = [];
  live = true;

  constructor(readonly name: string) {}

  add(count: number, queuedAtMs = 0): this {
    for (let i = 0; i < count; i++) this.items.push({ name: this.name, queuedAtMs });
    return this;
  }

  get length(): number {
    return this.items.length;
  }

  peek(): Item | undefined {
    return this.items[0];
  }

  shift(): Item | undefined {
    return this.items.shift();
  }

  mayContribute(): boolean {
    return this.live;
  }
}

function setUp(maxBatch: number, maxWaitMs = 5) {
  const batcher = new Batcher<Item>({ maxBatch, maxWaitMs });
  const [a, b, c] = ['a', 'b', 'c'].map((name) => {
    const lane = new TestLane(name);
    batcher.add(lane);
    return lane;
  }) as [TestLane, TestLane, TestLane];
  const take = (): string =>
    batcher
      .take()
      .map(({ name }) => name)
      .join('');
  return { batcher, a, b, c, take };
}

describe('Batcher.take', () => {
  it('takes what a modest lane has before a greedy one gets its next turn', () => {
    const { a, b, c, take } = setUp(1);
    a.add(100);
    const taken: string[] = [];
    for (let turn = 0; turn < 12; turn++) {
      if (turn % 3 === 0) b.add(1);
      if (turn % 6 === 0) c.add(1);
      taken.push(take());
    }
    // No item of b or c waits for more than one turn of a.
    expect(taken.join('')).toBe('abcababcabaa');
  });

  it('gives a lane that was idle no credit for the past', () => {
    const { a, b, take } = setUp(1);
    a.add(100);
    for (let turn = 0; turn < 50; turn++) take();
    b.add(100);
    const taken = Array.from({ length: 10 }, take).join('');
    expect(taken).toBe('bababababa');
  });

  it('takes one of every lane in turn, however much a greedy one has', () => {
    const { a, b, c, take } = setUp(4);
    a.add(100);
    b.add(2);
    c.add(1);
    expect([take(), take(), take()]).toEqual(['abca', 'baaa', 'aaaa']);
  });

  it('goes on behind the lane that was served last', () => {
    const { a, b, c, take } = setUp(2);
    a.add(3);
    b.add(3);
    c.add(3);
    expect([take(), take(), take(), take(), take()]).toEqual(['ab', 'ca', 'bc', 'ab', 'c']);
  });

  it('gives every lane its share with batches of one', () => {
    const { a, b, c, take } = setUp(1);
    a.add(100);
    b.add(2);
    c.add(2);
    expect(Array.from({ length: 7 }, take).join('')).toBe('abcabca');
  });

  it('fills a batch from one lane when the others have nothing', () => {
    const { b, take } = setUp(3);
    b.add(5);
    expect([take(), take(), take()]).toEqual(['bbb', 'bb', '']);
  });

  it('begins again at the first lane when the one that was next leaves', () => {
    const { batcher, a, b, c, take } = setUp(1);
    a.add(2);
    b.add(2);
    c.add(2);
    expect(take() + take()).toBe('ab');
    batcher.remove(c);
    expect(take() + take()).toBe('ab');
  });

  it('keeps its place when lanes leave', () => {
    const { batcher, a, b, c, take } = setUp(1);
    a.add(3);
    b.add(3);
    c.add(3);
    expect(take() + take()).toBe('ab');
    batcher.remove(a);
    expect(take() + take() + take()).toBe('cbc');
    batcher.remove(c);
    batcher.remove(c);
    expect(take()).toBe('b');
    batcher.remove(b);
    expect(take()).toBe('');
  });
});

describe('Batcher.dueAtMs', () => {
  it('has nothing due while nothing waits', () => {
    const { batcher } = setUp(4);
    expect(batcher.dueAtMs()).toBeUndefined();
    expect(new Batcher<Item>({ maxBatch: 1, maxWaitMs: 1 }).dueAtMs()).toBeUndefined();
  });

  it('waits for lanes that may have something soon, from the first item on', () => {
    const { batcher, a, b } = setUp(4);
    a.add(1, 103);
    expect(batcher.dueAtMs()).toBe(108);
    b.add(1, 100);
    expect(batcher.dueAtMs()).toBe(105);
  });

  it('waits no longer when every lane has something', () => {
    const { batcher, a, b, c } = setUp(4);
    for (const lane of [a, b, c]) lane.add(1, 100);
    expect(batcher.dueAtMs()).toBe(-Infinity);
  });

  it('waits for no lane that has ended or is held back itself', () => {
    const { batcher, a, b, c } = setUp(4);
    a.add(1, 100);
    b.live = c.live = false;
    expect(batcher.dueAtMs()).toBe(-Infinity);
  });

  it('does not let the one and only lane wait for itself', () => {
    const batcher = new Batcher<Item>({ maxBatch: 8, maxWaitMs: 5 });
    batcher.add(new TestLane('a').add(1, 100));
    expect(batcher.dueAtMs()).toBe(-Infinity);
  });

  it('does not wait for others when the batch is full, by one lane or several', () => {
    const several = setUp(2);
    several.a.add(1, 100);
    several.b.add(1, 100);
    expect(several.batcher.dueAtMs()).toBe(-Infinity);
    const greedy = setUp(3);
    greedy.a.add(2, 100);
    expect(greedy.batcher.dueAtMs()).toBe(105);
    greedy.a.add(1, 101);
    expect(greedy.batcher.dueAtMs()).toBe(-Infinity);
    const single = setUp(1);
    single.a.add(1, 100);
    expect(single.batcher.dueAtMs()).toBe(-Infinity);
  });
});
