import { z } from 'zod';

// A value's allowed range is its error message: zod's own messages do not show what was given, and the caller
// prints key, value and range together.

/** A whole number of [low, high]. */
export function whole(low: number, high: number, meaning = ''): z.ZodInt {
  const error = `a whole number from ${low} to ${high}${meaning}`;
  return z.int({ error }).min(low, { error }).max(high, { error });
}

/** A number of [low, high]. */
export function bounded(low: number, high: number, meaning = ''): z.ZodNumber {
  const error = `a number from ${low} to ${high}${meaning}`;
  return z.number({ error }).min(low, { error }).max(high, { error });
}

export function flag(): z.ZodBoolean {
  return z.boolean({ error: 'true or false' });
}

export function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, { error: values.join(', ') });
}

/** A text of at least one character. */
export function text(meaning: string): z.ZodString {
  return z.string({ error: meaning }).min(1, { error: meaning });
}

/** Something that may be left out: null in a file, empty in the environment. */
export function optionalText(meaning: string) {
  return text(`${meaning}, or null for none`).nullable();
}

/** An address on the web, or null. */
export function optionalWebAddress() {
  const error = 'an http:// or https:// address, or null for none';
  return z
    .string({ error })
    .regex(/^https?:\/\/[^\s/]+/i, { error })
    .nullable();
}

/** A setting of an onnxruntime session. */
export function sessionEntry(): z.ZodString {
  const error = 'key=value, the key of letters, digits, _ and dots';
  return z.string({ error }).regex(/^[A-Za-z][A-Za-z0-9_.]*=.+$/, { error });
}
