import { SurgicamError } from '../domain/errors.js';
import { batchLimit, warmUpBatches } from './batch-limit.js';
import { measureInTurns, type BenchmarkSubject } from './benchmark.js';
import { DerivedGraphs } from './derived-graphs.js';
import type { GraphSession, OpenSession } from './graph-session.js';
import { OpenedGraphs } from './opened-graphs.js';
import { selectProvider } from './provider-selection.js';
import { RecipeReceiver } from './recipe-slots.js';
import { buffersOf } from './result-buffers.js';
import { checkUnchanged } from './unchanged-graph.js';
import { WorkerModel } from './worker-model.js';
import type {
  BenchmarkReply,
  BenchmarkRequest,
  EvaluateReply,
  EvaluateRequest,
  LoadReply,
  LoadRequest,
  OpenReply,
  RunReply,
  SentRunRequest,
  WorkerRequest,
} from './worker-messages.js';

/** A call's reply and the buffers to be transferred with it. */
export interface Answer {
  readonly reply: LoadReply | RunReply | BenchmarkReply | EvaluateReply | OpenReply | null;
  readonly transfer: ArrayBuffer[];
}

/** What a worker does when it is called; its models live here. */
export class WorkerService {
  readonly #models = new Map<string, WorkerModel>();
  readonly #opened: OpenedGraphs;
  readonly #recipes = new RecipeReceiver();

  constructor(private readonly openSession: OpenSession) {
    this.#opened = new OpenedGraphs(openSession);
  }

  async answer(message: WorkerRequest): Promise<Answer> {
    switch (message.call) {
      case 'load':
        return { reply: await this.#load(message.request), transfer: [] };
      case 'run':
        return this.#run(message.request);
      case 'release':
        return { reply: await this.#release(message.request.modelKey), transfer: [] };
      case 'benchmark':
        return { reply: await this.#benchmark(message.request), transfer: [] };
      case 'evaluate':
        return { reply: await this.#evaluate(message.request), transfer: [] };
      case 'open':
        return { reply: await this.#opened.open(message.request), transfer: [] };
      case 'evaluateOpened': {
        const reply = await this.#opened.evaluate(message.request);
        return {
          reply,
          transfer: [...new Set([...reply.values()].map(({ data }) => data.buffer))] as ArrayBuffer[],
        };
      }
      case 'closeOpened':
        await this.#opened.release(message.request.graphId);
        return { reply: null, transfer: [] };
      case 'ping':
        return { reply: null, transfer: [] };
      case 'quit':
      case 'close':
        return { reply: await this.#close(), transfer: [] };
    }
  }

  async #load(request: LoadRequest): Promise<LoadReply> {
    const { modelKey, graphPath, graphOutputs, description, intraOpThreads, maxBatch } = request;
    const { deviceId, tuning } = request;
    await checkUnchanged(request);
    const { result, provider, fallbackReason } = await selectProvider(
      request.providers,
      request.strict,
      async (provider) => {
        const options = {
          ...{ provider, intraOpThreads },
          ...(deviceId === undefined ? {} : { deviceId }),
          ...(tuning === undefined ? {} : { tuning }),
        };
        const session = await this.openSession(graphPath, options);
        const derived = new DerivedGraphs(graphPath, description, this.openSession, options);
        const model = new WorkerModel(session, description, graphOutputs, derived);
        try {
          // A provider may open a graph that it then cannot run.
          await model.warmUp(warmUpBatches(batchLimit(maxBatch, provider), provider));
          return model;
        } catch (error) {
          await model.release();
          throw error;
        }
      },
    );
    this.#models.set(modelKey, result);
    return { provider, ...(fallbackReason === undefined ? {} : { fallbackReason }) };
  }

  async #run({ modelKey, frames }: SentRunRequest): Promise<Answer> {
    const jobs = frames.map(({ pixels, recipes }) => ({ pixels, recipes: this.#recipes.resolve(recipes) }));
    const model = this.#models.get(modelKey);
    if (model === undefined) throw SurgicamError.notFound('loaded model', modelKey);
    const reply = await model.run(jobs);
    return { reply, transfer: buffersOf(reply.frames) };
  }

  async #benchmark({
    variants,
    batch,
    seconds,
    intraOpThreads,
    provider,
  }: BenchmarkRequest): Promise<BenchmarkReply> {
    const sessions: GraphSession[] = [];
    try {
      const subjects: BenchmarkSubject[] = [];
      for (const { graphPath, outputs } of variants) {
        const session = await this.openSession(graphPath, { provider, intraOpThreads });
        sessions.push(session);
        subjects.push({ session, outputs });
      }
      return { runsMs: await measureInTurns(subjects, batch, seconds) };
    } finally {
      for (const session of sessions) await session.release();
    }
  }

  async #evaluate({ graph, feeds, outputs, intraOpThreads }: EvaluateRequest): Promise<EvaluateReply> {
    const session = await this.openSession(graph, { provider: 'cpu', intraOpThreads });
    try {
      return await session.evaluate(feeds, outputs);
    } finally {
      await session.release();
    }
  }

  async #release(modelKey: string): Promise<null> {
    const model = this.#models.get(modelKey);
    this.#models.delete(modelKey);
    await model?.release();
    return null;
  }

  async #close(): Promise<null> {
    for (const model of this.#models.values()) await model.release();
    this.#models.clear();
    await this.#opened.releaseAll();
    return null;
  }
}
