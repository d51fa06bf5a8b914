import { describe, expect, it } from '@jest/globals';
import { Acknowledgements } from '../../../src/rpc/subscription/acknowledgements.js';

describe('Acknowledgements', () => {
  it('holds up at the window, and goes on when there is room', () => {
    const acknowledgements = new Acknowledgements();
    acknowledgements.setWindow(2);
    acknowledgements.sent(3);
    expect([acknowledgements.isFull, acknowledgements.unacknowledged]).toEqual([false, 1]);
    acknowledgements.sent(7);
    expect(acknowledgements.isFull).toBe(true);
    acknowledgements.acknowledge(3n);
    expect([acknowledgements.isFull, acknowledgements.acknowledged]).toEqual([false, 3]);
    acknowledgements.acknowledge(7n);
    expect(acknowledgements.unacknowledged).toBe(0);
  });

  it('keeps the newest: an older one changes nothing', () => {
    const acknowledgements = new Acknowledgements();
    acknowledgements.sent(9);
    acknowledgements.acknowledge(9n);
    acknowledgements.acknowledge(4n);
    expect(acknowledgements.acknowledged).toBe(9);
  });

  it('keeps no list without a window, and begins with what is sent after one was set', () => {
    const acknowledgements = new Acknowledgements();
    for (let sequence = 0; sequence < 10; sequence++) acknowledgements.sent(sequence);
    expect([acknowledgements.isFull, acknowledgements.unacknowledged]).toEqual([false, undefined]);
    acknowledgements.setWindow(1);
    expect(acknowledgements.isFull).toBe(false);
    acknowledgements.sent(10);
    expect(acknowledgements.isFull).toBe(true);
    acknowledgements.setWindow(undefined);
    expect(acknowledgements.isFull).toBe(false);
  });

  it('takes what the client can know of: an earlier call, a gap; and refuses the rest by name', () => {
    const fresh = new Acknowledgements();
    expect(() => fresh.acknowledge(0n)).toThrow('acknowledge.sequence is 0');
    const resumed = new Acknowledgements(5);
    resumed.acknowledge(5n);
    expect(() => resumed.acknowledge(6n)).toThrow('0 to 5');
    resumed.told(8);
    resumed.acknowledge(8n);
    expect(resumed.acknowledged).toBe(8);
  });
});
