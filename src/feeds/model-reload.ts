import { isDeepStrictEqual } from 'node:util';
import type { ModelPackage } from '../models/model-package.js';

/**
 * What became of a model. `added`: it can be used now. `replaced`: another content under the same name; feeds have gone
 * over to it. `kept`: its folder is gone, and it is served on for the reason given. `removed`: it cannot be used any more.
 * `failed`: its folder cannot be used, and what was served under the name before still is.
 */
export type ReloadOutcome = 'added' | 'replaced' | 'unchanged' | 'kept' | 'removed' | 'failed';

export interface ModelReload {
  readonly name: string;
  readonly outcome: ReloadOutcome;
  /** The one that is served now; absent where none is. */
  readonly version?: string;
  /** The one that was served before; only where it is not any more. */
  readonly previousVersion?: string;
  /** Only where it is kept or failed. */
  readonly reason?: string;
  /** Feeds that are analysed with the model of this name, ascending. */
  readonly feedIds: readonly string[];
}

/** Whether two packages are the same content at the same place. */
export function samePackage(a: ModelPackage, b: ModelPackage): boolean {
  return a.directory === b.directory && isDeepStrictEqual(a.manifest, b.manifest);
}
