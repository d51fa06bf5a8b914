import type { ConfigKey } from './keys.js';

/** A text as the key's kind reads it; what it cannot read stays a text, for the schema to refuse. */
export function parseText(text: string, { kind, nullable }: ConfigKey): unknown {
  if (text === '' && nullable) return null;
  switch (kind) {
    case 'number':
      return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'list':
      return text === '' ? [] : text.split(',').map((item) => item.trim());
    case 'text':
      return text;
  }
}
