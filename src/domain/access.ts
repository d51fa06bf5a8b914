import { SurgicamError } from './errors.js';

/** What a caller may do: watch feeds, speak to those who watch, start and end work, see the models, everything. */
export const SCOPES = ['feed:read', 'feed:annotate', 'feed:write', 'model:read', 'admin'] as const;

export type Scope = (typeof SCOPES)[number];

export function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text);
}

/** Error: invalid_argument with the name of `field` for a text that is no scope, or for none at all. */
export function checkScopes(field: string, texts: readonly string[]): readonly Scope[] {
  const wrong = texts.find((text) => !isScope(text));
  if (wrong !== undefined || texts.length === 0) {
    throw SurgicamError.invalidField(field, wrong ?? 'empty', SCOPES.join(', '));
  }
  return texts.filter(isScope);
}
