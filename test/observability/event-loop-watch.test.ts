import { describe, expect, it } from '@jest/globals';
import { EventLoopWatch } from '../../src/observability/event-loop-watch.js';
import { waitUntil } from '../fixtures/wait-until.js';

describe('EventLoopWatch', () => {
  it('notices that the event loop was blocked, and forgets it', async () => {
    const watch = new EventLoopWatch(200);
    try {
      // It must have ticked once before it can notice that it is late.
      await waitUntil(() => watch.worstMs > 0, 'the first tick');
      const endMs = performance.now() + 120;
      while (performance.now() < endMs);
      await waitUntil(() => watch.worstMs >= 90, 'a late tick');
      await waitUntil(() => watch.worstMs < 90, 'two windows later');
      expect(watch.worstMs).toBeLessThan(90);
    } finally {
      watch.stop();
    }
  });
});
