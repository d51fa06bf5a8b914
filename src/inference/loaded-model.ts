import type { ModelDescription } from '../domain/model-description.js';
import type { ModelPackage } from '../models/model-package.js';
import type { Provider } from './provider-selection.js';

/** A model that every worker has loaded and run once. */
export interface LoadedModel {
  /** Tells it from every other package, an older version of the same one included. */
  readonly key: string;
  readonly pkg: ModelPackage;
  readonly description: ModelDescription;
  /** What runs it. */
  readonly provider: Provider;
  /** Why it is not the first provider asked for; absent when it is. */
  readonly fallbackReason?: string;
}

export function modelKeyOf({ manifest }: ModelPackage): string {
  return `${manifest.name}@${manifest.version}#${manifest.graph.sha256}`;
}
