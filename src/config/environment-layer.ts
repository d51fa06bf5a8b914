import { SurgicamError } from '../domain/errors.js';
import { parseText } from './key-text.js';
import { CONFIG_KEYS } from './keys.js';
import type { ConfigLayer } from './layers.js';

const PREFIX = 'SURGICAM_';

/** Set by people without being keys: what works without a configuration, a client's token, and what the tests read. */
const OTHERS = /^SURGICAM_(FFMPEG|TOKEN|REQUIRE_ALL|TEST_.*)$/;

/** What Kubernetes sets by itself in every pod beside a Service named `surgicam` or `surgicam-...`. */
function isServiceLink(variable: string, text: string): boolean {
  return (
    /_SERVICE_(HOST|PORT(_.*)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_.*)?$/.test(variable) ||
    /^(tcp|udp):\/\//.test(text)
  );
}

/**
 * The layer of environment variables: SURGICAM_SERVER_PORT is `server.port`. Lists are separated by commas, an
 * empty variable is null (or an empty list). Error: invalid_argument for a variable that is no key.
 */
export function environmentLayer(environment: NodeJS.ProcessEnv): ConfigLayer {
  const values: Record<string, Record<string, unknown>> = {};
  for (const [variable, text] of Object.entries(environment)) {
    if (text === undefined || !variable.startsWith(PREFIX)) continue;
    if (OTHERS.test(variable) || isServiceLink(variable, text)) continue;
    const key = CONFIG_KEYS.find((candidate) => candidate.variable === variable);
    if (key === undefined) {
      throw SurgicamError.invalidField(`environment variable ${variable}`, text, allowedBeside(variable));
    }
    (values[key.section] ??= {})[key.name] = parseText(text, key);
  }
  const variables = new Map(CONFIG_KEYS.map(({ path, variable }) => [path, variable]));
  return { values, originOf: (path) => variables.get(path) ?? path };
}

/** The variables of the same section, or every section's prefix. */
function allowedBeside(variable: string): string {
  const section = variable.split('_')[1];
  const siblings = CONFIG_KEYS.filter((key) => key.variable.split('_')[1] === section);
  if (siblings.length > 0) return siblings.map((key) => key.variable).join(', ');
  return [...new Set(CONFIG_KEYS.map((key) => `${PREFIX}${key.section.toUpperCase()}_...`))].join(', ');
}
