import { describe, expect, it } from '@jest/globals';
import { IdleGate } from '../../src/feeds/idle-gate.js';

function admitted(ratePerSecond: number, frameMs: number, seconds: number): number {
  const gate = new IdleGate(ratePerSecond);
  let count = 0;
  for (let ms = 0; ms < seconds * 1000; ms += frameMs) if (gate.admit(ms)) count++;
  return count;
}

describe('IdleGate', () => {
  it('lets so many frames a second through', () => {
    expect(admitted(1, 40, 10)).toBe(10);
    expect(admitted(5, 40, 10)).toBe(50);
  });

  it('lets nothing through at rate 0, and everything above the rate of the frames', () => {
    expect(admitted(0, 40, 10)).toBe(0);
    expect(admitted(1000, 40, 10)).toBe(250);
  });
});
