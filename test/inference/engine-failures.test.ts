import { beforeAll, describe, expect, it } from '@jest/globals';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Subject, filter, firstValueFrom, from, lastValueFrom, toArray } from 'rxjs';
import { pino } from 'pino';
import { resolveRecipe } from '../../src/domain/analysis-recipe.js';
import type { AnalyzedFrame } from '../../src/domain/frame-analysis.js';
import type { VideoFrame } from '../../src/domain/video-frame.js';
import type { InferenceEngine } from '../../src/inference/inference-engine.js';
import type { LoadedModel } from '../../src/inference/loaded-model.js';
import type { ModelPackage } from '../../src/models/model-package.js';
import { errorOf } from '../fixtures/errors.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { waitUntil } from '../fixtures/wait-until.js';
import { engineStarter, noiseFrame, writeTestPackage } from './inference-fixture.js';

const folder = temporaryFolder();
const startEngine = engineStarter();
let pkg: ModelPackage;

beforeAll(async () => {
  pkg = await writeTestPackage(path.join(folder, 'plain'), 'plain');
});

function lane(engine: InferenceEngine, model: LoadedModel, drops: string[] = []) {
  return engine.analyze({
    model,
    pacing: 'every_frame',
    recipes: () => [resolveRecipe({}, model.description)],
    onDrop: ({ sequence }, reason) => drops.push(`${sequence} ${reason}`),
  });
}

function logLines() {
  const lines: Record<string, unknown>[] = [];
  const logger = pino(
    { level: 'info' },
    { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  return { lines, logger };
}

describe('providers', () => {
  // The build has no CUDA library and this machine may have no graphics card: tensorrt is missing in any case.
  it('falls back in the configured order and says so', async () => {
    const { lines, logger } = logLines();
    const engine = startEngine({ providers: ['tensorrt', 'cpu'], workers: 2, logger });
    const model = await engine.load(pkg);
    expect(model.provider).toBe('cpu');
    expect(model.fallbackReason).toMatch(/^tensorrt: .+/);
    const announced = lines.filter(({ msg }) => msg === 'model loaded on a fallback provider');
    expect(announced).toEqual([
      expect.objectContaining({
        level: 40,
        model: 'plain',
        provider: 'cpu',
        fallbackReason: model.fallbackReason,
      }),
    ]);
  });

  it('says nothing of a fallback where there is none', async () => {
    const model = await startEngine({ providers: ['cpu', 'tensorrt'] }).load(pkg);
    expect([model.provider, model.fallbackReason]).toEqual(['cpu', undefined]);
  });

  it('strict: refuses, and may be asked again', async () => {
    const engine = startEngine({ providers: ['tensorrt', 'cpu'], strict: true });
    for (let i = 0; i < 2; i++) {
      const error = await errorOf(() => engine.load(pkg));
      expect(error.code).toBe('failed_precondition');
      expect(error.message).toContain('inference.strict: false');
    }
  });
});

describe('a worker that ends by itself', () => {
  it('costs the frames in it and is replaced, with its models', async () => {
    const { lines, logger } = logLines();
    const engine = startEngine({ logger });
    const model = await engine.load(pkg);
    const source = new Subject<VideoFrame>();
    const drops: string[] = [];
    const analyzed: AnalyzedFrame[] = [];
    const done = new Promise<void>((resolve, reject) => {
      source.pipe(lane(engine, model, drops)).subscribe({
        next: (result) => analyzed.push(result),
        error: reject,
        complete: resolve,
      });
    });
    source.next(noiseFrame(0));
    source.next(noiseFrame(1));
    source.next(noiseFrame(2));
    engine.replaceWorkers();
    source.complete();
    await done;
    // The first, or where its reply was already on its way, the second.
    expect(drops).toEqual([expect.stringMatching(/^[01] worker_lost$/)]);
    const lost = Number(drops[0]!.charAt(0));
    expect(analyzed.map(({ facts }) => [facts.sequence, facts.framesDropped])).toEqual(
      [
        [0, {}],
        [1, lost === 0 ? { worker_lost: 1 } : {}],
        [2, lost === 1 ? { worker_lost: 1 } : {}],
      ].filter(([sequence]) => sequence !== lost),
    );
    expect(engine.stats()).toMatchObject({
      frames: 2,
      failedFrames: 1,
      workers: 1,
      workersRunning: 1,
      workerRestarts: 1,
    });
    expect(lines.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['a batch failed', 'an inference worker ended and is started again']),
    );
  });

  it('leaves the others at work, and only the end of all is one', async () => {
    const engine = startEngine({ workers: 2 });
    const model = await engine.load(pkg);
    const canRun: boolean[] = [];
    engine.canRun.subscribe((can) => canRun.push(can));
    expect(await engine.probeWorkers()).toEqual(['answers', 'answers']);
    engine.replaceWorkers([0]);
    const { facts } = await lastValueFrom(from([noiseFrame(3)]).pipe(lane(engine, model)));
    expect([facts.sequence, canRun]).toEqual([3, [true]]);
    await waitUntil(() => engine.stats().workersRunning === 2, 'the first worker running again');
    engine.replaceWorkers();
    const again = firstValueFrom(engine.canRun.pipe(filter((can) => can)));
    expect(canRun).toEqual([true, false]);
    await again;
    expect(canRun).toEqual([true, false, true]);
    await waitUntil(() => engine.stats().workersRunning === 2, 'both workers running');
    expect(engine.stats().workerRestarts).toBe(3);
  });

  it('is tried again until its model can be loaded', async () => {
    const movable = path.join(folder, 'movable');
    await mkdir(movable);
    const graphPath = path.join(movable, 'model.onnx');
    await copyFile(pkg.graphPath, graphPath);
    const { lines, logger } = logLines();
    const engine = startEngine({ logger });
    const model = await engine.load({ ...pkg, graphPath });
    await rm(graphPath);
    engine.replaceWorkers();
    const failed = 'an inference worker could not be started again';
    await waitUntil(() => lines.some(({ msg }) => msg === failed), failed);
    await copyFile(pkg.graphPath, graphPath);
    const result = await lastValueFrom(from([noiseFrame(7)]).pipe(lane(engine, model)));
    expect(result.facts.sequence).toBe(7);
    expect(engine.stats().workerRestarts).toBe(1);
  });
});

describe('a worker that does not come back from a run', () => {
  it('is given up, costs its frames only, and another takes its place', async () => {
    const { lines, logger } = logLines();
    const engine = startEngine({ logger, runTimeoutMs: 1 });
    const model = await engine.load(await writeTestPackage(path.join(folder, 'slow'), 'features'));
    const drops: string[] = [];
    // Hardly a run is done in a millisecond, but its reply may be seen before the clock is.
    for (let sequence = 0; drops.length === 0; sequence++) {
      await lastValueFrom(from([noiseFrame(sequence)]).pipe(lane(engine, model, drops), toArray()));
    }
    expect(drops).toEqual([expect.stringMatching(/^\d+ worker_lost$/)]);
    expect(lines.map(({ msg }) => msg)).toContain('an inference worker does not come back from a run');
    await waitUntil(() => engine.stats().workersRunning === 1, 'a worker running again');
    await waitUntil(() => engine.stats().workersHung === 0, 'the given up thread ended');
    expect(engine.stats().workerRestarts).toBe(1);
  });
});

describe('a closed engine', () => {
  it('ends its lanes, refuses more, and leaves no thread', async () => {
    const engine = startEngine({ workers: 2 });
    const model = await engine.load(pkg);
    const source = new Subject<VideoFrame>();
    const drops: string[] = [];
    const results = firstValueFrom(source.pipe(lane(engine, model, drops)));
    source.next(noiseFrame(0));
    const ended = errorOf(() => results);
    await Promise.all([engine.close(), engine.close()]);
    expect((await ended).code).toBe('unavailable');
    expect([drops, source.observed]).toEqual([['0 shutdown'], false]);
    expect((await errorOf(() => engine.load(pkg))).code).toBe('unavailable');
    const late = errorOf(() => lastValueFrom(from([noiseFrame(1)]).pipe(lane(engine, model), toArray())));
    expect((await late).code).toBe('unavailable');
  });

  it('closes while a worker is being started again', async () => {
    const engine = startEngine();
    engine.replaceWorkers();
    await engine.close();
    expect(engine.stats().workerRestarts).toBeLessThanOrEqual(1);
  });

  it('knows no model that another engine has loaded', async () => {
    const model = await startEngine().load(pkg);
    const other = startEngine();
    const error = await errorOf(() => lastValueFrom(from([noiseFrame(0)]).pipe(lane(other, model))));
    expect([error.code, error.message]).toEqual(['not_found', "there is no loaded model named 'plain'"]);
  });
});
