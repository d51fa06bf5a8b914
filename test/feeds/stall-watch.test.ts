import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { watchForStalls } from '../../src/feeds/stall-watch.js';

describe('watchForStalls', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('calls when no frame has come for so long, and not while frames come', () => {
    const onStall = jest.fn();
    const watch = watchForStalls(3000, () => true, onStall);
    for (let i = 0; i < 10; i++) {
      jest.advanceTimersByTime(1000);
      watch.frame();
    }
    expect(onStall).not.toHaveBeenCalled();
    jest.advanceTimersByTime(4000);
    expect(onStall).toHaveBeenCalled();
    watch.stop();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not count the time in which no frame is expected', () => {
    const onStall = jest.fn();
    let expected = false;
    const watch = watchForStalls(3000, () => expected, onStall);
    jest.advanceTimersByTime(20_000);
    expected = true;
    jest.advanceTimersByTime(2000);
    expect(onStall).not.toHaveBeenCalled();
    jest.advanceTimersByTime(2000);
    expect(onStall).toHaveBeenCalled();
    watch.stop();
  });
});
