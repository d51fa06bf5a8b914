import { describe, expect, it } from '@jest/globals';
import { LogRing } from '../../src/video/log-ring.js';

describe('LogRing', () => {
  it('keeps the last hundred lines, oldest first', () => {
    const ring = new LogRing();
    for (let line = 0; line < 250; line++) ring.push(`line ${line}`);
    expect(ring.lines()).toEqual(Array.from({ length: 100 }, (_, index) => `line ${150 + index}`));
  });

  it('drops empty lines and cuts endless ones', () => {
    const ring = new LogRing(3);
    ring.push(' ');
    ring.push('x'.repeat(10_000));
    expect(ring.lines()).toEqual([`${'x'.repeat(497)}...`]);
  });
});
