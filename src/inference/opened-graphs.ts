import { SurgicamError } from '../domain/errors.js';
import type { GraphSession, OpenSession } from './graph-session.js';
import type { EvaluateOpenedRequest, EvaluateReply, OpenReply, OpenRequest } from './worker-messages.js';

/** Graphs of a worker that are no models: opened by number, run, and released. */
export class OpenedGraphs {
  readonly #sessions = new Map<number, GraphSession>();
  #nextId = 1;

  constructor(private readonly openSession: OpenSession) {}

  async open({ graph, intraOpThreads }: OpenRequest): Promise<OpenReply> {
    const session = await this.openSession(graph, { provider: 'cpu', intraOpThreads });
    const graphId = this.#nextId++;
    this.#sessions.set(graphId, session);
    return { graphId };
  }

  /** Error: not_found for a graph that is not open here, as after the worker was replaced. */
  async evaluate({ graphId, feeds, outputs }: EvaluateOpenedRequest): Promise<EvaluateReply> {
    const session = this.#sessions.get(graphId);
    if (session === undefined) throw SurgicamError.notFound('opened graph', String(graphId));
    return session.evaluate(feeds, outputs);
  }

  async release(graphId: number): Promise<void> {
    const session = this.#sessions.get(graphId);
    this.#sessions.delete(graphId);
    await session?.release();
  }

  async releaseAll(): Promise<void> {
    for (const graphId of [...this.#sessions.keys()]) await this.release(graphId);
  }
}
