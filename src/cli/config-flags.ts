import type { Command } from 'commander';
import { flagLayer, type ConfigFlag } from '../config/flag-layer.js';
import type { ConfigLayer } from '../config/layers.js';
import { loadConfig } from '../config/load-config.js';
import type { Config } from '../config/schema.js';

interface FlagDefinition {
  /** As commander reads it; what it means stands in the configuration's own words. */
  readonly usage: string;
  readonly path: string;
  readonly description: string;
}

const LOG_FLAGS: readonly FlagDefinition[] = [
  { usage: '--log-level <level>', path: 'log.level', description: 'debug, info, warn, error or silent' },
];

const ENGINE_FLAGS: readonly FlagDefinition[] = [
  ...LOG_FLAGS,
  { usage: '--ffmpeg <file>', path: 'video.ffmpegFile', description: 'the ffmpeg to use' },
  {
    usage: '--providers <list>',
    path: 'inference.providers',
    description: 'cuda, tensorrt, webgpu, cpu in the order to try',
  },
  { usage: '--strict', path: 'inference.strict', description: 'refuse another provider than the first' },
  {
    usage: '--workers <n>',
    path: 'inference.workers',
    description: 'threads that run the model side by side',
  },
  {
    usage: '--intra-op-threads <n>',
    path: 'inference.intraOpThreads',
    description: 'threads inside one run of the model',
  },
  {
    usage: '--max-batch <n>',
    path: 'inference.maxBatch',
    description: 'most frames in one run of the model',
  },
  {
    usage: '--max-wait-ms <ms>',
    path: 'inference.maxWaitMs',
    description: 'how long a frame may wait for others',
  },
];

const SERVER_FLAGS: readonly FlagDefinition[] = [
  { usage: '--host <address>', path: 'server.host', description: 'address to listen on' },
  { usage: '--port <n>', path: 'server.port', description: 'port to listen on; 0 lets the system choose' },
  { usage: '--insecure', path: 'server.insecure', description: 'serve beyond loopback without TLS' },
  {
    usage: '--tls-certificate-file <pem>',
    path: 'server.tlsCertificateFile',
    description: 'certificate of the server',
  },
  { usage: '--tls-key-file <pem>', path: 'server.tlsKeyFile', description: 'key of the certificate' },
  {
    usage: '--models <folder...>',
    path: 'models.directories',
    description: 'folders that are model packages or hold some',
  },
  {
    usage: '--default-model <name>',
    path: 'models.default',
    description: 'the model of a request that names none',
  },
  {
    usage: '--media-root <folder>',
    path: 'video.mediaRoot',
    description: 'clients may have files below it played',
  },
  { usage: '--monitoring', path: 'monitoring.enabled', description: 'serve metrics and probes over HTTP' },
  { usage: '--monitoring-host <address>', path: 'monitoring.host', description: 'address of that port' },
  { usage: '--monitoring-port <n>', path: 'monitoring.port', description: 'that port' },
];

/** Which keys of the configuration a command takes as flags. */
export const FLAG_SETS = { engine: ENGINE_FLAGS, service: [...SERVER_FLAGS, ...ENGINE_FLAGS] } as const;

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
    const given =
      option === undefined
        ? undefined
        : (command.opts()[option.attributeName()] as ConfigFlag['given'] | undefined);
    return given === undefined ? [] : [{ flag, path, given }];
  });
}
