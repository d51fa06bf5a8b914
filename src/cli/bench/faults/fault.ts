import type { Arena } from './arena.js';

export type FaultFamily = 'sources' | 'media' | 'clients' | 'wire' | 'limits' | 'security' | 'shutdown';

/** What was seen of one fault. */
export interface Outcome {
  /** What happened, in a sentence. */
  readonly observed: string;
  /** From the fault until everything was as before, milliseconds. If absent, nothing had to recover. */
  readonly recoveryMs?: number;
}

/** One thing that goes wrong in an operating room, done on purpose. */
export interface Fault {
  readonly name: string;
  readonly family: FaultFamily;
  /** What is done. */
  readonly does: string;
  /** Does it and watches. Throws when the service does not behave. */
  run(arena: Arena): Promise<Outcome>;
}
