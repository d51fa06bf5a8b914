import { z } from 'zod';
import { bounded, flag, oneOf, optionalText, optionalWebAddress, text, whole } from './fields.js';

/** Default of `server.port`, where clients look too unless told otherwise. */
export const DEFAULT_PORT = 50_051;

const log = z.strictObject({
  /** What is written to standard error. */
  level: oneOf(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

const server = z.strictObject({
  /** Address to listen on. Beyond loopback either TLS or `insecure` is needed. */
  host: text('a host name or address').default('127.0.0.1'),
  /** 0 lets the system choose. */
  port: whole(0, 65_535).default(DEFAULT_PORT),
  /** Serve without TLS beyond loopback. */
  insecure: flag().default(false),
  /** PEM files; both or neither. */
  tlsCertificateFile: optionalText('a PEM file').default(null),
  tlsKeyFile: optionalText('a PEM file').default(null),
  /** At shutdown: how long calls may take to end by themselves, milliseconds. */
  drainDeadlineMs: whole(0, 600_000).default(5_000),
  /** Most subscriptions, and most pictures being analysed, over all connections. */
  maxSubscriptions: whole(1, 100_000).default(64),
  maxImageCalls: whole(1, 1_000).default(8),
});

const models = z.strictObject({
  /** Folders that are model packages or hold some. Empty: those that come with the program. */
  directories: z.array(text('a folder'), { error: 'a list of folders' }).default([]),
  /** The model of a request that names none. Null: the first by name. */
  default: optionalText('the name of a model').default(null),
});

const video = z.strictObject({
  /** The ffmpeg to use. Null: the first on PATH, else the one that came with npm. */
  ffmpegFile: optionalText('a program file').default(null),
  /** Files that clients may have played lie below it. Null: none may be played. */
  mediaRoot: optionalText('a folder').default(null),
});

const inference = z.strictObject({
  /** In the order they are tried. */
  providers: z
    .array(oneOf(['cuda', 'tensorrt', 'webgpu', 'cpu']), { error: 'a list of cuda, tensorrt, webgpu, cpu' })
    .min(1, { error: 'at least one of cuda, tensorrt, webgpu, cpu' })
    .default(['cuda', 'tensorrt', 'webgpu', 'cpu']),
  /** Refuse to run on another provider than the first. */
  strict: flag().default(false),
  /** Threads that run the model side by side. 0: one for every four cores, at least two. */
  workers: whole(0, 64, ' (0 lets the program choose)').default(0),
  /** Threads inside one run of the model. 0: the cores divided by the workers. */
  intraOpThreads: whole(0, 256, ' (0 lets the program choose)').default(0),
  /** Most frames in one run of the model. 0: one on the processor, 8 on a graphics card. */
  maxBatch: whole(0, 256, ' (0 lets the program choose)').default(0),
  /** How long a frame may wait for others to share a run with, milliseconds. */
  maxWaitMs: bounded(0, 1_000).default(2),
});

const feeds = z.strictObject({
  /** Most feeds at a time. */
  maxFeeds: whole(1, 10_000).default(64),
  /** Kept per feed for readers that are behind: analyses, and what they may weigh (full heatmaps are large). */
  historyFrames: whole(1, 100_000).default(256),
  historyMegabytes: whole(1, 65_536).default(256),
  /** Without a frame for so long, a feed counts as stalled, milliseconds. */
  stallAfterMs: whole(100, 3_600_000).default(2_000),
  /** With frames that are all the same picture for so long, a feed counts as frozen, milliseconds. 0: never. */
  frozenAfterMs: whole(0, 3_600_000).default(5_000),
  /** Frames analysed per second on a live feed that nobody follows. 0: none. */
  idleRate: bounded(0, 1_000).default(1),
  /** A live source that broke is opened again after a delay that doubles from the first to the longest. */
  reconnectFirstDelayMs: whole(10, 3_600_000).default(500),
  reconnectLongestDelayMs: whole(10, 3_600_000).default(30_000),
  /** Tries in a row without a frame before the feed fails. 0: it never does. */
  reconnectMaxAttempts: whole(0, 1_000_000).default(0),
  /** Most different wishes (outputs and thresholds) that the subscribers of a feed may have at a time. */
  maxRecipes: whole(1, 64).default(8),
});

const monitoring = z.strictObject({
  /** Serve /metrics, /healthz and /readyz over HTTP, on a port of their own and without TLS. */
  enabled: flag().default(false),
  /** Address to listen on. */
  host: text('a host name or address').default('127.0.0.1'),
  /** 0 lets the system choose. */
  port: whole(0, 65_535).default(9_464),
});

const tracing = z.strictObject({
  /** Where OpenTelemetry traces of frames go, by OTLP over HTTP. Null: nothing is traced. */
  endpoint: optionalWebAddress().default(null),
  /** Share of the analysed frames that are traced. */
  sampleRatio: bounded(0, 1).default(0.01),
});

/** The one schema of the configuration: every key, its default and its bounds. Units are in the names. */
export const configSchema = z
  .strictObject({
    log: log.prefault({}),
    server: server.prefault({}),
    models: models.prefault({}),
    video: video.prefault({}),
    inference: inference.prefault({}),
    feeds: feeds.prefault({}),
    monitoring: monitoring.prefault({}),
    tracing: tracing.prefault({}),
  })
  .superRefine(({ server: { tlsCertificateFile, tlsKeyFile } }, context) => {
    if ((tlsCertificateFile === null) === (tlsKeyFile === null)) return;
    const absent = tlsKeyFile === null ? 'tlsKeyFile' : 'tlsCertificateFile';
    context.addIssue({
      code: 'custom',
      path: ['server', absent],
      message: 'tlsCertificateFile and tlsKeyFile together, or neither',
    });
  });

type DeepReadonly<T> = T extends (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** The whole configuration, frozen. */
export type Config = DeepReadonly<z.infer<typeof configSchema>>;
