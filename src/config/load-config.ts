import type { z } from 'zod';
import { describeValue, SurgicamError, type FieldViolation } from '../domain/errors.js';
import { environmentLayer } from './environment-layer.js';
import { fileLayer } from './file-layer.js';
import { isMapping, mergeLayers, originOf, type ConfigLayer } from './layers.js';
import { configSchema, type Config } from './schema.js';

export interface ConfigSources {
  /** What a command changes of the defaults. If absent, nothing. */
  readonly base?: ConfigLayer;
  /** YAML file. If absent, none is read. */
  readonly file?: string;
  /** If absent, no variable is read. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Command-line flags. If absent, none were given. */
  readonly flags?: ConfigLayer;
}

/**
 * The configuration: defaults < file < environment < flags, checked as a whole and frozen.
 * Error: invalid_argument with a violation for every bad key: where it came from, its value, what is allowed.
 */
export async function loadConfig({ base, file, environment, flags }: ConfigSources = {}): Promise<Config> {
  const layers: ConfigLayer[] = base === undefined ? [] : [base];
  if (file !== undefined) layers.push(await fileLayer(file));
  if (environment !== undefined) layers.push(environmentLayer(environment));
  if (flags !== undefined) layers.push(flags);
  return compileConfig(layers);
}

/** The layers, later ones winning, as a checked and frozen configuration. */
export function compileConfig(layers: readonly ConfigLayer[]): Config {
  const merged = mergeLayers(layers);
  const result = configSchema.safeParse(merged);
  if (result.success) return freeze(result.data);
  const violations = result.error.issues.flatMap((issue) => violationsOf(issue, merged, layers));
  throw new SurgicamError('invalid_argument', violations.map(({ description }) => description).join('; '), {
    violations,
  });
}

function violationsOf(
  issue: z.core.$ZodIssue,
  root: unknown,
  layers: readonly ConfigLayer[],
): readonly FieldViolation[] {
  const violation = (path: readonly PropertyKey[], allowed: string): FieldViolation => {
    const key = path.map(String).join('.');
    const origin = originOf(path, layers);
    const isFlag = origin?.startsWith('--') === true;
    const place = origin === undefined || isFlag ? '' : ` (from ${origin})`;
    const field = isFlag ? origin : key;
    const shown = describeValue(valueAt(path, root));
    return { field, description: `${field}${place} is ${shown}; allowed: ${allowed}` };
  };
  if (issue.code !== 'unrecognized_keys') {
    const allowed = issue.path.length === 1 ? `the keys ${keysOf(issue.path).join(', ')}` : issue.message;
    return [violation(issue.path, allowed)];
  }
  const known = keysOf(issue.path).join(', ');
  return issue.keys.map((key) =>
    violation([...issue.path, key], `there is no such key; the keys here are ${known}`),
  );
}

/** Names that may stand at a path: the sections, or the keys of one. */
function keysOf(path: readonly PropertyKey[]): readonly string[] {
  const sections = configSchema.shape;
  const [section] = path;
  if (section === undefined) return Object.keys(sections);
  return Object.keys(sections[section as keyof typeof sections].unwrap().shape);
}

function valueAt(path: readonly PropertyKey[], root: unknown): unknown {
  return path.reduce<unknown>(
    (node, key) =>
      isMapping(node) || Array.isArray(node) ? (node as Record<PropertyKey, unknown>)[key] : undefined,
    root,
  );
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) freeze(inner);
    Object.freeze(value);
  }
  return value;
}
