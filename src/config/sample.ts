import { stringify } from 'yaml';
import { CONFIG_KEYS, type ConfigKey } from './keys.js';

const WIDTH = 110;

const HEAD = `# Every key of the configuration with its default. Use: surgicam serve --config surgicam.yaml
#
# Flags win over environment variables, which win over this file, which wins over the defaults. The variable of
# server.port is SURGICAM_SERVER_PORT, that of feeds.stallAfterMs is SURGICAM_FEEDS_STALL_AFTER_MS, and so on; lists are
# separated by commas, an empty variable is null. An unknown key, here or in the environment, is an error.
# Relative paths are relative to the folder the program is started in.
`;

/** A configuration file with every key at its default, each explained by the schema's own words. */
export function configSample(): string {
  const sections = [...new Set(CONFIG_KEYS.map(({ section }) => section))];
  return HEAD + sections.map(sectionText).join('');
}

function sectionText(section: string): string {
  const keys = CONFIG_KEYS.filter((key) => key.section === section);
  return `\n${section}:\n${keys.map(keyText).join('')}`;
}

function keyText(key: ConfigKey): string {
  const comment = wrap(commentOf(key), WIDTH - 4)
    .map((line) => `  # ${line}\n`)
    .join('');
  const value = stringify(key.default, { flowCollectionPadding: false, collectionStyle: 'flow' }).trimEnd();
  return `${comment}  ${key.name}: ${value}\n`;
}

/** What a key means and which values it can have. */
export function commentOf({ description, allowed }: Pick<ConfigKey, 'description' | 'allowed'>): string {
  return `${description} Allowed: ${allowed}.`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
