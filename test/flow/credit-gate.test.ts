import { describe, expect, it } from '@jest/globals';
import { CreditGate } from '../../src/flow/credit-gate.js';

describe('CreditGate', () => {
  it('is open while a credit is left', () => {
    const gate = new CreditGate(2);
    gate.take();
    expect(gate.isOpen()).toBe(true);
    gate.take();
    expect(gate.isOpen()).toBe(false);
    gate.give();
    expect(gate.isOpen()).toBe(true);
  });

  it('tells of every change from closed to open, and of nothing else', () => {
    const gate = new CreditGate(1);
    let opened = 0;
    const stop = gate.onOpen(() => opened++);
    gate.take();
    expect(opened).toBe(0);
    gate.give();
    expect(opened).toBe(1);
    gate.take();
    gate.take(); // one frame was already being read
    gate.give();
    expect([gate.isOpen(), opened]).toEqual([false, 1]);
    gate.give();
    expect([gate.isOpen(), opened]).toEqual([true, 2]);
    stop();
    gate.take();
    gate.give();
    expect(opened).toBe(2);
  });

  it('lets a listener take the credit and another one leave while it tells', () => {
    const gate = new CreditGate(1);
    const heard: string[] = [];
    const stopOther: (() => void)[] = [];
    gate.onOpen(() => {
      heard.push('first');
      gate.take();
      for (const stop of stopOther) stop();
    });
    stopOther.push(gate.onOpen(() => heard.push('second')));
    gate.take();
    gate.give();
    expect([gate.isOpen(), heard]).toEqual([false, ['first', 'second']]);
  });

  it('refuses a capacity that lets nothing through and a credit that nobody took', () => {
    expect(() => new CreditGate(0)).toThrow('whole number of credits from 1 on, not 0');
    expect(() => new CreditGate(1.5)).toThrow('not 1.5');
    expect(() => new CreditGate(1).give()).toThrow('nobody had taken');
  });
});
