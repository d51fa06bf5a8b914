import { Batcher, type BatcherOptions } from './batcher.js';
import type { Lane } from './lane.js';
import type { LoadedModel } from './loaded-model.js';
import type { Ticket } from './ticket.js';

/** A loaded model and the lanes whose frames it is given. */
export class ModelInUse {
  readonly batcher: Batcher<Ticket>;
  /** Most batches of it at a worker; see pipelineDepth. */
  readonly depth: number;
  /** Whether it is to be given up when the last lane has left. */
  isRetired = false;
  readonly #lanes = new Set<Lane>();

  constructor(
    readonly model: LoadedModel,
    { depth, ...options }: BatcherOptions & { readonly depth: number },
  ) {
    this.depth = depth;
    this.batcher = new Batcher(options);
  }

  get laneCount(): number {
    return this.#lanes.size;
  }

  add(lane: Lane): void {
    this.#lanes.add(lane);
    this.batcher.add(lane);
  }

  /** Whether it was here. */
  remove(lane: Lane): boolean {
    this.batcher.remove(lane);
    return this.#lanes.delete(lane);
  }

  /** Lanes that may be moved go over with the frames that wait in them, in their order. */
  moveTo(next: ModelInUse): void {
    for (const lane of [...this.#lanes].filter(({ isMovable }) => isMovable)) {
      this.remove(lane);
      next.add(lane);
    }
  }
}
