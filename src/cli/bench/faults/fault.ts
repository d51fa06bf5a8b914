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

/** Why this service does not behave. */
export class Misbehaviour extends Error {}

export function expectThat(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Misbehaviour(otherwise);
}

/** The promise, or a misbehaviour when it takes too long. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Misbehaviour(`${what}: not within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
