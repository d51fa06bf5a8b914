import { z } from 'zod';
import {
  bounded,
  flag,
  oneOf,
  optionalText,
  optionalWebAddress,
  sessionEntry,
  text,
  whole,
} from './fields.js';
import { auth, server } from './server-section.js';

const log = z.strictObject({
  level: oneOf(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('What is written to standard error.'),
  audit: flag()
    .default(true)
    .describe('Write who subscribed to, changed or was refused what, whatever the level.'),
});

const models = z.strictObject({
  directories: z
    .array(text('a folder'), { error: 'a list of folders' })
    .default([])
    .describe('Folders that are model packages or hold some. Empty: those that come with the program.'),
  default: optionalText('the name of a model')
    .default(null)
    .describe('The model of a request that names none. Null: the first by name.'),
});

const video = z.strictObject({
  ffmpegFile: optionalText('a program file')
    .default(null)
    .describe('The ffmpeg to use. Null: the first on PATH, else the one that came with npm.'),
  mediaRoot: optionalText('a folder')
    .default(null)
    .describe('Files that clients may have played lie below it. Null: none may be played.'),
  allowLoopback: flag()
    .default(false)
    .describe('Clients may have streams of this machine played: of its loopback and its own addresses.'),
  allowedHosts: z
    .array(text('a host'), { error: 'a list of hosts' })
    .default([])
    .describe(
      'The only hosts that clients may have played, trusted whatever their address. Empty: all but this machine and link-local.',
    ),
  maxPixels: whole(4_096, 268_435_456)
    .default(35_651_584)
    .describe('Largest picture that is decoded, width times height.'),
  silenceAfterMs: whole(1_000, 600_000)
    .default(5_000)
    .describe(
      'A live source that gives no picture for so long is given up and opened again, milliseconds; three times that until its first picture, and for HLS.',
    ),
  maxMemoryMegabytes: whole(0, 1_048_576, ' (0: any)')
    .default(3_072)
    .describe(
      'Most private memory of the ffmpeg of a feed, where prlimit (util-linux) is installed; not with CUDA.',
    ),
});

const inference = z.strictObject({
  providers: z
    .array(oneOf(['cuda', 'tensorrt', 'webgpu', 'cpu']), { error: 'a list of cuda, tensorrt, webgpu, cpu' })
    .min(1, { error: 'at least one of cuda, tensorrt, webgpu, cpu' })
    .default(['cuda', 'tensorrt', 'webgpu', 'cpu'])
    .describe('In the order they are tried.'),
  strict: flag().default(false).describe('Refuse to run on another provider than the first.'),
  workers: whole(0, 64, ' (0 lets the program choose)')
    .default(0)
    .describe('Threads that run the model side by side. 0: one for every four cores, at least two.'),
  intraOpThreads: whole(0, 256, ' (0 lets the program choose)')
    .default(0)
    .describe('Threads inside one run of the model. 0: the cores divided by the workers.'),
  maxBatch: whole(0, 256, ' (0 lets the program choose)')
    .default(0)
    .describe('Most frames in one run of the model. 0: one on the processor, 8 on a graphics card.'),
  runTimeoutMs: whole(0, 3_600_000)
    .default(30_000)
    .describe(
      'A run of the model that takes longer counts as hung and its thread is replaced, milliseconds. 0: never.',
    ),
  maxWaitMs: bounded(0, 1_000)
    .default(2)
    .describe(
      'How long a frame may wait for others to share a run with, milliseconds, where no latencyTargetMs is given.',
    ),
  latencyTargetMs: bounded(0, 60_000)
    .default(0)
    .describe(
      'A frame may wait for others while its run would still end so long after it came, milliseconds, and while that pays. 0: maxWaitMs holds.',
    ),
  pipelineDepth: whole(0, 8, ' (0 lets the program choose)')
    .default(0)
    .describe(
      'Most batches at a worker, the one that runs included. 0: one on the processor, two on a graphics card.',
    ),
  devices: z
    .array(whole(0, 255), { error: 'a list of numbers' })
    .default([])
    .describe(
      'Numbers of the NVIDIA cards to use (CUDA, TensorRT), a worker on each in turn. Empty: the first alone.',
    ),
  graphOptimization: oneOf(['disabled', 'basic', 'extended', 'layout', 'all'])
    .default('all')
    .describe('How far onnxruntime rewrites a graph when it loads it.'),
  cpuMemoryArena: flag()
    .default(true)
    .describe('Keep memory of the processor for the next run. Off: less memory, slower.'),
  memoryPattern: flag()
    .default(true)
    .describe('Plan the memory of a run as one block, once for every batch size.'),
  spinning: flag()
    .default(false)
    .describe(
      'Let threads of a run that wait for work turn instead of sleep: for machines that do nothing else.',
    ),
  webgpuLayout: oneOf(['auto', 'NCHW', 'NHWC'])
    .default('auto')
    .describe("Order of the axes in which WebGPU computes convolutions. auto: onnxruntime's choice."),
  sessionEntries: z
    .array(sessionEntry(), { error: 'a list of key=value' })
    .default([])
    .describe("Further settings of onnxruntime's sessions, for experts, each as key=value."),
});

const feeds = z.strictObject({
  maxFeeds: whole(1, 10_000).default(64).describe('Most feeds at a time.'),
  historyFrames: whole(1, 100_000)
    .default(256)
    .describe('Analyses kept for readers that are behind, per feed.'),
  historyMegabytes: whole(1, 65_536)
    .default(256)
    .describe('What they may weigh in megabytes, per feed: full-size heatmaps are large.'),
  stallAfterMs: whole(100, 3_600_000)
    .default(2_000)
    .describe('Without a frame for so long, a feed counts as stalled, milliseconds.'),
  frozenAfterMs: whole(0, 3_600_000)
    .default(5_000)
    .describe(
      'With frames that are all the same picture for so long, a feed counts as frozen, milliseconds. 0: never.',
    ),
  idleRate: bounded(0, 1_000)
    .default(1)
    .describe('Frames analysed per second on a live feed that nobody follows. 0: none.'),
  reconnectFirstDelayMs: whole(10, 3_600_000)
    .default(500)
    .describe(
      'A live source that broke is opened again after so many milliseconds; doubles with each try that fails.',
    ),
  reconnectLongestDelayMs: whole(10, 3_600_000)
    .default(30_000)
    .describe('The delay between two tries doubles up to this, milliseconds.'),
  reconnectMaxAttempts: whole(0, 1_000_000)
    .default(0)
    .describe('Tries in a row without a frame before the feed fails. 0: it never does.'),
  maxRecipes: whole(1, 64)
    .default(8)
    .describe(
      'Most different wishes (outputs and thresholds) that the subscribers of a feed may have at a time.',
    ),
  maxExpensiveRecipes: whole(0, 64)
    .default(3)
    .describe(
      'Most of them that may be expensive: other layers than the last, gradients, LN-FE, float32 heatmaps at full size, PNG.',
    ),
  recipeLingerMs: whole(0, 3_600_000)
    .default(30_000)
    .describe(
      'A wish is computed for so long after its last subscriber left, milliseconds: one who comes back misses nothing.',
    ),
  drainTimeoutMs: whole(0, 600_000)
    .default(10_000)
    .describe(
      'When a feed ends: how long what was decoded may take to be analysed and published, milliseconds.',
    ),
});

const monitoring = z.strictObject({
  enabled: flag()
    .default(false)
    .describe('Serve /metrics, /healthz and /readyz over HTTP, on a port of their own and without TLS.'),
  host: text('a host name or address').default('127.0.0.1').describe('Address to listen on.'),
  port: whole(0, 65_535).default(9_464).describe('0 lets the system choose.'),
});

const tracing = z.strictObject({
  endpoint: optionalWebAddress()
    .default(null)
    .describe('Where OpenTelemetry traces of frames go, by OTLP over HTTP. Null: nothing is traced.'),
  sampleRatio: bounded(0, 1).default(0.01).describe('Share of the analysed frames that are traced.'),
});

/** The one schema of the configuration: every key, its default and its bounds. Units are in the names. */
export const configSchema = z
  .strictObject({
    log: log.prefault({}),
    server: server.prefault({}),
    auth: auth.prefault({}),
    models: models.prefault({}),
    video: video.prefault({}),
    inference: inference.prefault({}),
    feeds: feeds.prefault({}),
    monitoring: monitoring.prefault({}),
    tracing: tracing.prefault({}),
  })
  .superRefine(({ server: { tlsCertificateFile, tlsKeyFile, tlsClientCaFile }, auth: asked }, context) => {
    const refuse = (section: string, key: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [section, key], message });
    };
    if ((tlsCertificateFile === null) !== (tlsKeyFile === null)) {
      const absent = tlsKeyFile === null ? 'tlsKeyFile' : 'tlsCertificateFile';
      refuse('server', absent, 'tlsCertificateFile and tlsKeyFile together, or neither');
    }
    if (tlsClientCaFile !== null && tlsCertificateFile === null) {
      refuse('server', 'tlsClientCaFile', 'null without tlsCertificateFile and tlsKeyFile');
    }
    if (asked.clientCertificateScopes.length > 0 && tlsClientCaFile === null) {
      refuse('auth', 'clientCertificateScopes', 'an empty list without server.tlsClientCaFile');
    }
    for (const key of ['jwtIssuer', 'jwtAudience'] as const) {
      if (asked.jwks !== null && asked[key] === null) refuse('auth', key, 'a text where jwks is given');
    }
    if (asked.jwks !== null && /^http:/i.test(asked.jwks)) {
      refuse('auth', 'jwks', 'a file or an https URL: keys that came in the clear prove nothing');
    }
  });

type DeepReadonly<T> = T extends (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** The whole configuration, frozen. */
export type Config = DeepReadonly<z.infer<typeof configSchema>>;
