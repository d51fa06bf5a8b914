import { redactText } from '../domain/redact.js';

/** Deeper than any field of a log line. */
const MAX_DEPTH = 6;

/** A log field as it may be written: without credentials in any of its texts. Errors are left to their serializer. */
export function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value, '', '');
  if (typeof value !== 'object' || value === null || value instanceof Error || depth > MAX_DEPTH)
    return value;
  if (Array.isArray(value)) return value.map((item) => redacted(item, depth + 1));
  return redactedFields(value as Record<string, unknown>, depth);
}

/** The same of each field. */
export function redactedFields(fields: Record<string, unknown>, depth = 0): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, redacted(value, depth + 1)]));
}
