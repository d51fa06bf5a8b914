import { describe, expect, it } from '@jest/globals';
import { HeldGate } from '../../../src/cli/analyze/held-gate.js';
import { CreditGate } from '../../../src/flow/credit-gate.js';

describe('a held gate', () => {
  it('is open while it is not held and the gate behind is open', () => {
    const behind = new CreditGate(1);
    const gate = new HeldGate(behind);
    expect(gate.isOpen()).toBe(true);
    gate.hold();
    expect(gate.isOpen()).toBe(false);
    gate.release();
    behind.take();
    expect(gate.isOpen()).toBe(false);
  });

  it('announces its opening once, whichever of the two was the last to open', () => {
    const behind = new CreditGate(1);
    const gate = new HeldGate(behind);
    const openings: string[] = [];
    const stop = gate.onOpen(() => openings.push('open'));
    behind.take();
    gate.hold();
    behind.give();
    expect(openings).toEqual([]);
    gate.release();
    expect(openings).toEqual(['open']);
    gate.release();
    behind.take();
    behind.give();
    expect(openings).toEqual(['open', 'open']);
    stop();
    gate.hold();
    gate.release();
    expect(openings).toHaveLength(2);
  });
});
