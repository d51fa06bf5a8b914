import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../src/observability/logger.js';
import { Readiness } from '../../../src/rpc/server/readiness.js';

function recorded() {
  const told: string[] = [];
  const readiness = new Readiness({ set: (status) => told.push(status) }, silentLogger());
  return { told, readiness };
}

describe('Readiness', () => {
  it('needs a warm model and a worker', () => {
    const { told, readiness } = recorded();
    expect(readiness.state).toBe('warming_up');
    readiness.workers(false);
    readiness.warm();
    expect([told, readiness.state]).toEqual([[], 'no_worker']);
    readiness.workers(true);
    expect([told, readiness.state]).toEqual([['SERVING'], 'ready']);
  });

  it('says each change once', () => {
    const { told, readiness } = recorded();
    readiness.warm();
    for (const can of [true, false, false, true]) readiness.workers(can);
    expect(told).toEqual(['SERVING', 'NOT_SERVING', 'SERVING']);
  });

  it('never comes back from draining', () => {
    const { told, readiness } = recorded();
    readiness.warm();
    readiness.drain();
    readiness.workers(false);
    readiness.workers(true);
    readiness.warm();
    expect([told, readiness.state]).toEqual([['SERVING', 'NOT_SERVING'], 'draining']);
  });
});
