import type { Command } from 'commander';
import { flagLayer, type ConfigFlag } from '../config/flag-layer.js';
import { CONFIG_KEYS, type ConfigKey } from '../config/keys.js';
import type { ConfigLayer } from '../config/layers.js';
import { loadConfig } from '../config/load-config.js';
import type { Config } from '../config/schema.js';

/** Keys with a flag of their own name, as commander reads it. The flag of any other key is made of its path. */
const SHORT_FLAGS: Readonly<Record<string, string>> = {
  'log.level': '--log-level <level>',
  'video.ffmpegFile': '--ffmpeg <file>',
  'video.mediaRoot': '--media-root <folder>',
  'video.allowLoopback': '--allow-loopback',
  'video.allowedHosts': '--allowed-hosts <list>',
  'inference.providers': '--providers <list>',
  'inference.strict': '--strict',
  'inference.workers': '--workers <n>',
  'inference.intraOpThreads': '--intra-op-threads <n>',
  'inference.maxBatch': '--max-batch <n>',
  'inference.maxWaitMs': '--max-wait-ms <ms>',
  'inference.latencyTargetMs': '--latency-target-ms <ms>',
  'inference.pipelineDepth': '--pipeline-depth <n>',
  'inference.devices': '--devices <list>',
  'server.host': '--host <address>',
  'server.port': '--port <n>',
  'server.insecure': '--insecure',
  'server.tlsCertificateFile': '--tls-certificate-file <pem>',
  'server.tlsKeyFile': '--tls-key-file <pem>',
  'server.tlsClientCaFile': '--tls-client-ca-file <pem>',
  'models.directories': '--models <folder...>',
  'models.default': '--default-model <name>',
  'monitoring.enabled': '--monitoring',
};

interface FlagDefinition {
  readonly usage: string;
  readonly path: string;
  readonly description: string;
}

function flagOf(key: ConfigKey): FlagDefinition {
  return { usage: SHORT_FLAGS[key.path] ?? longFlag(key), path: key.path, description: helpOf(key) };
}

/** `feeds.maxFeeds` -> `--feeds-max-feeds <n>`; a switch that is on by default is turned off by `--no-...`. */
function longFlag({ section, name, kind, default: byDefault }: ConfigKey): string {
  const words = `${section}-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (kind === 'boolean') return byDefault === true ? `--no-${words}` : `--${words}`;
  const value = kind === 'list' ? 'list' : kind === 'text' ? 'text' : words.endsWith('-ms') ? 'ms' : 'n';
  return `--${words} <${value}>`;
}

/** The schema's words as a line of help. */
function helpOf({ description, allowed, kind }: ConfigKey): string {
  const text = kind === 'boolean' ? description.replace(/\.$/, '') : `${description} Allowed: ${allowed}`;
  return text.charAt(0).toLowerCase() + text.slice(1);
}

const isEngineKey = ({ section, path }: ConfigKey): boolean =>
  path === 'log.level' || path === 'video.ffmpegFile' || section === 'inference';

/** Which keys of the configuration a command takes as flags. */
const FLAG_SETS = {
  engine: CONFIG_KEYS.filter(isEngineKey).map(flagOf),
  service: CONFIG_KEYS.map(flagOf),
} as const;

export type FlagSet = keyof typeof FLAG_SETS;

/** Adds `--config` and the flags of a set. Their defaults are the configuration's, so commander is told none. */
export function withConfigFlags(command: Command, set: FlagSet): Command {
  command.option('--config <file>', 'YAML configuration; flags and SURGICAM_ variables win over it');
  for (const { usage, description } of FLAG_SETS[set]) command.option(usage, description);
  return command;
}

/** The configuration of a command that has these flags; `base` is what it changes of the defaults. */
export function configOf(command: Command, set: FlagSet, base?: ConfigLayer): Promise<Config> {
  const { config: file } = command.opts<{ config?: string }>();
  return loadConfig({
    ...(base === undefined ? {} : { base }),
    ...(file === undefined ? {} : { file }),
    environment: process.env,
    flags: flagLayer(givenFlags(command, set)),
  });
}

function givenFlags(command: Command, set: FlagSet): ConfigFlag[] {
  return FLAG_SETS[set].flatMap(({ usage, path }) => {
    const flag = usage.split(' ')[0] ?? usage;
    const option = command.options.find((candidate) => candidate.long === flag);
    // Commander itself makes a `--no-...` true where it is not given.
    if (option === undefined || command.getOptionValueSource(option.attributeName()) !== 'cli') return [];
    const given = command.opts()[option.attributeName()] as ConfigFlag['given'];
    return [{ flag, path, given }];
  });
}
