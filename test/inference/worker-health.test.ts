import { describe, expect, it } from '@jest/globals';
import { SurgicamError } from '../../src/domain/errors.js';
import { probeWorker } from '../../src/inference/worker-health.js';
import type { WorkerCall } from '../../src/inference/worker-messages.js';

const never = (): Promise<null> => new Promise(() => undefined);

/** A worker that owes answers to these calls, asked so long ago. */
function owing(owed: Partial<Record<WorkerCall, number>>, ping = never) {
  const unanswered = Object.entries(owed).map(([call, agoMs]) => ({
    call: call as WorkerCall,
    sinceMs: performance.now() - agoMs,
  }));
  return { ping, unanswered: () => unanswered };
}

const limits = { patienceMs: 5, silentAfterMs: 30_000 };

describe('probeWorker', () => {
  it('is content with an answer, whatever else is owed', async () => {
    const worker = owing({ run: 90_000 }, () => Promise.resolve(null));
    expect(await probeWorker(worker, limits)).toBe('answers');
  });

  it('takes a run for work, until it takes too long', async () => {
    expect(await probeWorker(owing({ run: 2_000, ping: 10 }), limits)).toBe('busy');
    expect(await probeWorker(owing({ run: 31_000, ping: 10 }), limits)).toBe('silent');
    expect(await probeWorker(owing({ ping: 31_000 }), limits)).toBe('silent');
  });

  it('gives a model all the time it needs to load', async () => {
    expect(await probeWorker(owing({ load: 600_000, run: 500_000 }), limits)).toBe('loading');
  });

  it('knows of a thread that ends meanwhile', async () => {
    const ended = (): Promise<null> => Promise.reject(new SurgicamError('unavailable', 'it ended'));
    expect(await probeWorker(owing({}, ended), limits)).toBe('restarting');
  });
});
