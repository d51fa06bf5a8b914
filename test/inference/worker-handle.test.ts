import { afterAll, describe, expect, it } from '@jest/globals';
import path from 'node:path';
import { WorkerHandle } from '../../src/inference/worker-handle.js';
import type { LoadRequest } from '../../src/inference/worker-messages.js';
import { errorOf } from '../fixtures/errors.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { noiseFrame, writeTestPackage } from './inference-fixture.js';

const folder = temporaryFolder();
const handles: WorkerHandle[] = [];
afterAll(async () => {
  for (const handle of handles) handle.abandon('is no longer needed');
  await Promise.all(handles.map(({ ended }) => ended));
});

function startWorker(): WorkerHandle {
  const handle = new WorkerHandle();
  handles.push(handle);
  return handle;
}

const loadRequest = writeTestPackage(folder, 'plain').then(
  ({ graphPath, graphOutputs, description }): LoadRequest => ({
    modelKey: 'plain',
    graphPath,
    graphOutputs,
    description,
    providers: ['cpu'],
    strict: false,
    intraOpThreads: 1,
    maxBatch: 2,
  }),
);

const pixels = (): ArrayBuffer => noiseFrame(0).pixels.buffer;
const jobs = (count: number) => Array.from({ length: count }, () => ({ pixels: pixels(), recipes: [] }));

describe('WorkerHandle', () => {
  it('gets a reply to every call', async () => {
    const worker = startWorker();
    expect(await worker.call('load', await loadRequest)).toEqual({ provider: 'cpu' });
    const [one, two] = await Promise.all([
      worker.call('run', { modelKey: 'plain', frames: jobs(1) }),
      worker.call('run', { modelKey: 'plain', frames: jobs(2) }),
    ]);
    expect([one.frames.length, two.frames.length]).toEqual([1, 2]);
    expect(one.outputs).toEqual(['logits']);
    expect(one.frames[0]!.logits).toHaveLength(3);
  });

  it('hears what went wrong, and the worker goes on', async () => {
    const worker = startWorker();
    const run = (modelKey: string, frames = jobs(1)) => worker.call('run', { modelKey, frames });
    expect(await errorOf(() => run('nobody'))).toMatchObject({
      code: 'not_found',
      message: "there is no loaded model named 'nobody'",
    });
    const request = await loadRequest;
    const missing = await errorOf(() => worker.call('load', { ...request, graphPath: '/no/such/file.onnx' }));
    expect(missing.code).toBe('failed_precondition');
    expect(missing.message).toContain('no/such/file.onnx');
    await worker.call('load', request);
    const short = [{ pixels: new ArrayBuffer(5), recipes: [] }];
    expect((await errorOf(() => run('plain', short))).code).toBe('internal');
    expect((await run('plain')).frames).toHaveLength(1);
  });

  it('forgets a model after the runs that were asked before', async () => {
    const worker = startWorker();
    await worker.call('load', await loadRequest);
    const last = worker.call('run', { modelKey: 'plain', frames: jobs(1) });
    expect(await worker.call('release', { modelKey: 'plain' })).toBeNull();
    expect((await last).frames).toHaveLength(1);
    const late = await errorOf(() => worker.call('run', { modelKey: 'plain', frames: jobs(1) }));
    expect(late.code).toBe('not_found');
    expect(await worker.call('release', { modelKey: 'plain' })).toBeNull();
  });

  it('loads no other graph than the one that is meant', async () => {
    const worker = startWorker();
    const request = await loadRequest;
    const other = await errorOf(() => worker.call('load', { ...request, graphSha256: '0'.repeat(64) }));
    expect([other.code, other.message]).toEqual([
      'not_found',
      "the graph of model 'plain' 1.2.3 has been changed on disk; reload the models",
    ]);
    const gone = { ...request, graphPath: '/no/such/file.onnx', graphSha256: '0'.repeat(64) };
    expect((await errorOf(() => worker.call('load', gone))).code).toBe('failed_precondition');
  });

  it('rejects what cannot be sent and stays usable', async () => {
    const worker = startWorker();
    const twice = pixels();
    const request = { modelKey: 'plain', frames: [{ pixels: twice, recipes: [] }] };
    const error = await errorOf(() => worker.call('run', request, [twice, twice]));
    expect([error.code, error.message]).toEqual(['internal', expect.stringContaining('duplicate')]);
    expect(await worker.call('load', await loadRequest)).toEqual({ provider: 'cpu' });
  });

  it('rejects every call without an answer when the thread ends, and every later one', async () => {
    const worker = startWorker();
    const { graphPath } = await loadRequest;
    const calls = Array.from({ length: 3 }, () =>
      errorOf(() =>
        worker.call('benchmark', {
          variants: [{ graphPath, outputs: ['logits'] }],
          batch: 1,
          seconds: 3600,
          intraOpThreads: 1,
          provider: 'cpu',
        }),
      ),
    );
    worker.abandon('was given up');
    const errors = await Promise.all(calls);
    expect(errors.map(({ code }) => code)).toEqual(['unavailable', 'unavailable', 'unavailable']);
    const late = await errorOf(() => worker.call('close', null));
    expect(late.code).toBe('unavailable');
    expect(late.message).toBe('an inference worker was given up');
    await worker.ended;
  });

  it('closes after what was asked before', async () => {
    const worker = startWorker();
    await worker.call('load', await loadRequest);
    const last = worker.call('run', { modelKey: 'plain', frames: jobs(2) });
    await worker.close();
    expect((await last).frames).toHaveLength(2);
    await worker.close();
  });

  // onnxruntime-node 1.21 crashed the process when several threads used it (microsoft/onnxruntime #24486).
  it('runs beside others, while more come and go', async () => {
    const request = await loadRequest;
    const start = async (): Promise<WorkerHandle> => {
      const worker = startWorker();
      await worker.call('load', request);
      return worker;
    };
    const workers = await Promise.all([start(), start(), start(), start()]);
    const busy = workers.map(async (worker) => {
      let frames = 0;
      for (let i = 0; i < 20; i++) {
        frames += (await worker.call('run', { modelKey: 'plain', frames: jobs(2) })).frames.length;
      }
      return frames;
    });
    for (let i = 0; i < 3; i++) await (await start()).close();
    const given = await start();
    given.abandon('was given up');
    await given.ended;
    expect(await Promise.all(busy)).toEqual([40, 40, 40, 40]);
  });

  it('measures graphs in turns', async () => {
    const worker = startWorker();
    const { graphPath } = await loadRequest;
    const { runsMs } = await worker.call('benchmark', {
      variants: [
        { graphPath, outputs: ['logits'] },
        { graphPath, outputs: ['logits', 'gradcam'] },
      ],
      batch: 2,
      seconds: 0.1,
      intraOpThreads: 1,
      provider: 'cpu',
    });
    expect(runsMs[0]!.length).toBe(runsMs[1]!.length);
    expect([...runsMs[0]!, ...runsMs[1]!].every((ms) => ms > 0)).toBe(true);
    const unknown = [{ graphPath: path.join(folder, 'none.onnx'), outputs: ['logits'] }];
    const request = { variants: unknown, batch: 1, seconds: 0, intraOpThreads: 1, provider: 'cpu' } as const;
    expect((await errorOf(() => worker.call('benchmark', request))).message).toContain('none.onnx');
  });
});
