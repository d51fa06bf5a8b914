import type { z } from 'zod';
import { configSchema } from './schema.js';

export type KeyKind = 'number' | 'boolean' | 'text' | 'list';

/** One key of the configuration. */
export interface ConfigKey {
  readonly section: string;
  readonly name: string;
  /** `section.name`, as messages write it. */
  readonly path: string;
  /** Its environment variable, for example SURGICAM_SERVER_PORT. */
  readonly variable: string;
  readonly kind: KeyKind;
  /** Whether it can be null. */
  readonly nullable: boolean;
  /** What it means, a sentence or two. */
  readonly description: string;
  /** The values it can have, in the words of the error message. */
  readonly allowed: string;
  readonly default: unknown;
}

/** Every key, in the schema's order. */
export const CONFIG_KEYS: readonly ConfigKey[] = Object.entries(configSchema.shape).flatMap(
  ([section, schema]) =>
    Object.entries(schema.unwrap().shape as Record<string, z.ZodType>).map(([name, field]) => ({
      section,
      name,
      path: `${section}.${name}`,
      variable: `SURGICAM_${upperSnake(section)}_${upperSnake(name)}`,
      ...kindOf(field),
      description: field.description ?? '',
      allowed: allowedBy(field),
      default: field.parse(undefined),
    })),
);

/** `drainDeadlineMs` -> `DRAIN_DEADLINE_MS`. */
function upperSnake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** What the schema answers to something that no key can hold. */
function allowedBy(field: z.ZodType): string {
  return field.safeParse(Symbol('no value')).error?.issues[0]?.message ?? '';
}

function kindOf(schema: z.core.$ZodType): { readonly kind: KeyKind; readonly nullable: boolean } {
  const { def } = schema as z.ZodType & { def: z.core.$ZodTypeDef & { innerType?: z.core.$ZodType } };
  switch (def.type) {
    case 'default':
      return kindOf(def.innerType!);
    case 'nullable':
      return { ...kindOf(def.innerType!), nullable: true };
    case 'number':
      return { kind: 'number', nullable: false };
    case 'boolean':
      return { kind: 'boolean', nullable: false };
    case 'array':
      return { kind: 'list', nullable: false };
    case 'string':
    case 'enum':
      return { kind: 'text', nullable: false };
    default:
      throw new Error(`the configuration has a key of type ${def.type}, which no variable can hold`);
  }
}
