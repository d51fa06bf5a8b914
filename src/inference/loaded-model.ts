import type { ModelDescription } from '../domain/model-description.js';
import { sha256OfBytes } from '../models/checksum.js';
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

/** The same for packages with the same content at the same place, and for no others. */
export function modelKeyOf({ manifest, graphPath }: ModelPackage): string {
  const content = sha256OfBytes(Buffer.from(JSON.stringify([graphPath, manifest])));
  return `${manifest.name}@${manifest.version}#${content.slice(0, 16)}`;
}
