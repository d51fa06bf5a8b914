import { describe, expect, it } from '@jest/globals';
import { BoundedQueue } from '../../src/flow/bounded-queue.js';

describe('BoundedQueue', () => {
  it('gives items out in their order', () => {
    const queue = new BoundedQueue<number>({ capacity: 3, policy: 'push-back' });
    for (const item of [1, 2, 3]) queue.push(item);
    expect([queue.length, queue.isFull, queue.peek()]).toEqual([3, true, 1]);
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([1, 2, 3, undefined]);
    expect([queue.length, queue.isFull, queue.peek()]).toEqual([0, false, undefined]);
  });

  it('drop-oldest: keeps the newest and tells of each that it threw out', () => {
    const dropped: number[] = [];
    const queue = new BoundedQueue<number>({
      capacity: 2,
      policy: 'drop-oldest',
      onDrop: (item) => dropped.push(item),
    });
    for (const item of [1, 2, 3, 4, 5]) queue.push(item);
    expect(dropped).toEqual([1, 2, 3]);
    expect(queue.clear()).toEqual([4, 5]);
    expect(queue.length).toBe(0);
  });

  it('push-back: refuses one too many and keeps what it has', () => {
    const queue = new BoundedQueue<number>({ capacity: 1, policy: 'push-back' });
    queue.push(1);
    expect(() => queue.push(2)).toThrow('1 places are taken');
    expect(queue.clear()).toEqual([1]);
  });
});
