import type { z } from 'zod';
import { SurgicamError, describeValue, type FieldViolation } from '../domain/errors.js';
import type { ModelDescription } from '../domain/model-description.js';
import { manifestFactsSchema, manifestSchema } from './manifest-schema.js';

/** What `manifest.json` says, checked. */
export type Manifest = z.infer<typeof manifestSchema>;

/** The part that an importer is told; the rest follows from the graph. */
export type ManifestFacts = z.infer<typeof manifestFactsSchema>;

/**
 * Checks a manifest. Error: invalid_argument with a violation for every bad field: its path, its value, what is
 * allowed. `origin` is the file, for the message.
 */
export function checkManifest(origin: string, value: unknown): Manifest {
  return check(origin, manifestSchema, value);
}

/** The same for the part that an importer is told. */
export function checkManifestFacts(origin: string, value: unknown): ManifestFacts {
  return check(origin, manifestFactsSchema, value);
}

/** What everything beyond the inference worker needs of it. */
export function describeManifest(manifest: Manifest): ModelDescription {
  const { name, version, classes, tissueClass, input, thresholds, featureMaps } = manifest;
  const maps = featureMaps.map(({ hasGradient, ...shape }) => ({
    ...shape,
    ...(hasGradient === undefined ? {} : { hasGradient }),
  }));
  const grid = maps.at(-1)!;
  return {
    name,
    version,
    classes,
    inputWidth: input.width,
    inputHeight: input.height,
    mean: input.mean,
    std: input.std,
    probabilityFunction: manifest.probabilityFunction,
    head: manifest.head,
    classThreshold: thresholds.class,
    roiThreshold: thresholds.roi,
    ...(tissueClass === undefined ? {} : { tissueClass: classes.indexOf(tissueClass) }),
    gridWidth: grid.width,
    gridHeight: grid.height,
    featureMaps: maps,
  };
}

function check<T>(origin: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const violations = result.error.issues.flatMap((issue) => violationsOf(issue, value));
  throw new SurgicamError(
    'invalid_argument',
    `${origin}: ${violations.map((violation) => violation.description).join('; ')}`,
    { violations },
  );
}

function violationsOf(issue: z.core.$ZodIssue, root: unknown): FieldViolation[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => violation([...issue.path, key], root, 'no such field'));
  }
  return [violation(issue.path, root, issue.message)];
}

function violation(path: readonly PropertyKey[], root: unknown, allowed: string): FieldViolation {
  const value = path.reduce<unknown>(
    (node, key) => (node as Record<PropertyKey, unknown> | null | undefined)?.[key],
    root,
  );
  const field = path.reduce<string>(
    (joined, key) =>
      typeof key === 'number' ? `${joined}[${key}]` : `${joined}${joined === '' ? '' : '.'}${String(key)}`,
    '',
  );
  const shown = field === '' ? 'the manifest' : field;
  return { field: shown, description: `${shown} is ${describeValue(value)}; allowed: ${allowed}` };
}
