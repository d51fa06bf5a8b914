import { parseText } from './key-text.js';
import { CONFIG_KEYS } from './keys.js';
import type { ConfigLayer } from './layers.js';

/** A command-line flag that sets a key. */
export interface ConfigFlag {
  /** For example `--port`. */
  readonly flag: string;
  /** For example `server.port`. */
  readonly path: string;
  /** As typed: a text, `true` for a flag without a value, the items of a list. */
  readonly given: string | boolean | readonly string[];
}

/** The layer of command-line flags; texts are read as the key's kind asks. */
export function flagLayer(flags: readonly ConfigFlag[]): ConfigLayer {
  const values: Record<string, Record<string, unknown>> = {};
  for (const { path, given } of flags) {
    const key = CONFIG_KEYS.find((candidate) => candidate.path === path);
    if (key === undefined) throw new Error(`there is no configuration key ${path}`);
    (values[key.section] ??= {})[key.name] = typeof given === 'string' ? parseText(given, key) : given;
  }
  const names = new Map(flags.map(({ path, flag }) => [path, flag]));
  return { values, originOf: (path) => names.get(path) ?? path };
}
