import { availableParallelism, cpus } from 'node:os';
import { basename, dirname, resolve } from 'node:path';
import type { InferenceEngine } from '../../inference/inference-engine.js';
import type { Provider } from '../../inference/provider-selection.js';
import type { ModelPackage } from '../../models/model-package.js';
import { connect } from '../client/service-client.js';
import { median, percentile } from '../terminal/rate-meter.js';
import type { BenchMedians, BenchReport, BenchRound, LatencyReport, Percentiles } from './bench-report.js';
import { measureDecoding, type DecodeSpeed } from './decode-speed.js';
import { ForwardBench, type ForwardSetting } from './forward-speed.js';
import { MemoryWatch } from './memory-watch.js';
import { startServiceProcess, type ServiceProcess } from './service-process.js';
import { arrivalRate, collectArrivals, withFeed, type BenchFeed } from './service-speed.js';
import { measureSlowSubscriber } from './slow-subscriber.js';

export interface BenchOptions {
  readonly engine: InferenceEngine;
  readonly pkg: ModelPackage;
  readonly clip: string;
  readonly clipDescription: string;
  /** For files made on the way. */
  readonly folder: string;
  /** Time of each measurement, split over the rounds. */
  readonly seconds: number;
  /** 0: leave this measurement out. */
  readonly slowSubscriberSeconds: number;
  /** What the graphs are run on bare. */
  readonly provider: Provider;
  /** Most frames in one run of the model inside the service. */
  readonly batch: number;
  /** Flags of `surgicam serve` beside models, media and address. */
  readonly serveFlags: readonly string[];
  readonly onStep: (step: string) => void;
}

/** A machine has other work to do: what is compared is measured in turns, and the middle of the rounds counts. */
const ROUNDS = 4;

/** Measures everything in one run on one machine. */
export async function runBench(options: BenchOptions): Promise<BenchReport> {
  const { engine, pkg, clip, folder, seconds, batch, onStep } = options;
  onStep('looking for the fastest way to run the bare classifier');
  const forward = await ForwardBench.prepare({ engine, pkg, folder, provider: options.provider });
  const setting = await forward.fastestSetting(batch, seconds / ROUNDS);
  const media = resolve(dirname(clip));
  onStep('starting the service');
  const service = await startServiceProcess([
    ...['--models', resolve(pkg.directory), '--media-root', media],
    ...options.serveFlags,
  ]);
  const memory = new MemoryWatch(service.pid);
  try {
    const rounds: BenchRound[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      onStep(`round ${round} of ${ROUNDS}`);
      rounds.push(await measureRound(options, forward, setting, service));
    }
    onStep('latency of a live feed');
    const latency = await measureLatency(options, service);
    const peakBytes = memory.peakBytes;
    memory.stop();
    if (options.slowSubscriberSeconds > 0)
      onStep(`a subscriber that never reads, ${options.slowSubscriberSeconds} s`);
    const slowSubscriber =
      options.slowSubscriberSeconds > 0
        ? await measureSlowSubscriber(service, basename(clip), options.slowSubscriberSeconds)
        : undefined;
    const { name, architecture, classes } = pkg.manifest;
    return {
      machine: {
        cores: availableParallelism(),
        processor: cpus()[0]?.model ?? 'unknown',
        node: process.version,
      },
      model: { name, architecture, classes: classes.length },
      clip: options.clipDescription,
      forwardSetting: setting,
      serviceSetting: { ...engine.layout, batch },
      secondsPerMeasurement: seconds,
      rounds,
      medians: mediansOf(rounds),
      latency,
      peakMemoryMegabytes: peakBytes === undefined ? undefined : peakBytes / 2 ** 20,
      slowSubscriber,
    };
  } finally {
    memory.stop();
    await service.stop();
  }
}

async function measureRound(
  { pkg, clip, seconds }: BenchOptions,
  forward: ForwardBench,
  setting: ForwardSetting,
  service: ServiceProcess,
): Promise<BenchRound> {
  const share = seconds / ROUNDS;
  const { bare, explained } = await forward.measure(setting, share);
  const decoding = await measureDecoding(clip, pkg.description, share);
  const wholeService = await measureService(
    service,
    { feedId: 'bench', file: basename(clip), pacing: 'every-frame' },
    share,
  );
  const ideal = idealRate(bare, decoding);
  return {
    bareFramesPerSecond: bare,
    explainedFramesPerSecond: explained,
    explainedRatio: explained / bare,
    decoding,
    serviceFramesPerSecond: wholeService,
    ...(ideal === undefined ? {} : { idealFramesPerSecond: ideal, serviceRatio: wholeService / ideal }),
  };
}

/**
 * What the same cores can do after decoding is paid: a frame costs 1 / raw seconds of all cores in the model, and its
 * decoding takes processor time that the cores share: 1 / (1 / raw + decoding / cores).
 */
export function idealRate(
  bare: number,
  { ffmpegCpuSeconds, readerCpuSeconds }: DecodeSpeed,
): number | undefined {
  if (ffmpegCpuSeconds === undefined) return undefined;
  return 1 / (1 / bare + (ffmpegCpuSeconds + readerCpuSeconds) / availableParallelism());
}

async function measureService(service: ServiceProcess, feed: BenchFeed, seconds: number): Promise<number> {
  const client = await connect({ address: service.address }, { ownConnection: true });
  let rate = 0;
  try {
    await withFeed(client, feed, async () => {
      rate = arrivalRate(await collectArrivals(client, feed.feedId, seconds));
    });
  } finally {
    client.close();
  }
  return rate;
}

async function measureLatency(
  { clip, seconds }: BenchOptions,
  service: ServiceProcess,
): Promise<LatencyReport> {
  const client = await connect({ address: service.address }, { ownConnection: true });
  const feed: BenchFeed = { feedId: 'bench-live', file: basename(clip), pacing: 'live' };
  try {
    let report: LatencyReport | undefined;
    await withFeed(client, feed, async () => {
      const arrivals = await collectArrivals(client, feed.feedId, seconds);
      const first = arrivals[0]?.sequence ?? 0;
      const last = arrivals.at(-1)?.sequence ?? 0;
      report = {
        framesPerSecond: arrivalRate(arrivals),
        frames: arrivals.length,
        dropped: last - first + 1 - arrivals.length,
        ageMs: percentilesOf(arrivals.map(({ ageMs }) => ageMs)),
        inferenceMs: percentilesOf(arrivals.map(({ inferenceMs }) => inferenceMs)),
        addedMs: percentilesOf(arrivals.map(({ ageMs, inferenceMs }) => ageMs - inferenceMs)),
      };
    });
    return report!;
  } finally {
    client.close();
  }
}

function percentilesOf(values: readonly number[]): Percentiles {
  return { p50: percentile(values, 0.5), p95: percentile(values, 0.95), p99: percentile(values, 0.99) };
}

function mediansOf(rounds: readonly BenchRound[]): BenchMedians {
  const known = (values: readonly (number | undefined)[]): number | undefined => {
    const numbers = values.filter((value) => value !== undefined);
    return numbers.length === 0 ? undefined : median(numbers);
  };
  const middle = (value: (round: BenchRound) => number): number => median(rounds.map(value));
  return {
    bareFramesPerSecond: middle((round) => round.bareFramesPerSecond),
    explainedFramesPerSecond: middle((round) => round.explainedFramesPerSecond),
    explainedRatio: middle((round) => round.explainedRatio),
    decodingFramesPerSecond: middle(({ decoding }) => decoding.framesPerSecond),
    ffmpegCpuMsPerFrame: known(rounds.map(({ decoding }) => milliseconds(decoding.ffmpegCpuSeconds))),
    readerCpuMsPerFrame: middle(({ decoding }) => decoding.readerCpuSeconds * 1000),
    serviceFramesPerSecond: middle((round) => round.serviceFramesPerSecond),
    idealFramesPerSecond: known(rounds.map((round) => round.idealFramesPerSecond)),
    serviceRatio: known(rounds.map((round) => round.serviceRatio)),
  };
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}
