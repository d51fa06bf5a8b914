import { execFile } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { HardwareAcceleration, Pacing } from '../../../rpc/gen/surgicam/v1/feed.js';
import { locateFfmpeg } from '../../../video/locate-ffmpeg.js';
import { connect, type ServiceClient } from '../../client/service-client.js';
import { unary } from '../../client/unary.js';
import { MemoryWatch, slopePerMinute, type MemorySample } from '../memory-watch.js';
import { startServiceProcess } from '../service-process.js';
import { LatencyCounter } from './latency-counter.js';
import { writeNullModel } from './null-model.js';
import { SoakReader } from './soak-reader.js';

export interface SoakOptions {
  readonly feeds: number;
  readonly fps: number;
  readonly subscribers: number;
  readonly minutes: number;
  /** For the model, the clip and the configuration. */
  readonly folder: string;
  readonly onStep: (step: string) => void;
}

export interface SoakReport {
  readonly feeds: number;
  readonly fps: number;
  readonly subscribers: number;
  readonly seconds: number;
  /** Over all feeds. Dropped: decoded and not analysed, because newer frames came. */
  readonly framesDecoded: number;
  readonly framesAnalyzed: number;
  readonly framesDropped: number;
  /** Analyses that all subscribers received. */
  readonly delivered: number;
  /** Analyses that a subscriber with delivery EVERY_FRAME should have had and had not. */
  readonly lost: number;
  /** Of them, those told as a gap. */
  readonly inGaps: number;
  /** From the decoder to the subscriber without the run of the model, milliseconds. */
  readonly addedLatencyMs: {
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
    readonly max: number;
  };
  /** Of the service with its ffmpeg; null where it cannot be seen (not Linux). */
  readonly memory: {
    readonly peakMegabytes: number;
    /** By least squares over all samples behind the first so many seconds. */
    readonly growthMegabytesPerMinute: number;
    readonly settledAfterSeconds: number;
  } | null;
}

const CLIP_SECONDS = 20;
const MEGABYTE = 2 ** 20;

/** Lets a service run for minutes with live feeds and subscribers who want every frame, and counts what it loses. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const { feeds, subscribers, minutes, folder, onStep } = options;
  onStep('making a model that does nothing, and a clip');
  await writeNullModel(folder);
  const clip = await writeClip(folder, options.fps);
  const config = await writeConfig(folder, options);
  const service = await startServiceProcess([
    ...['--config', config, '--models', folder, '--media-root', folder, '--providers', 'cpu'],
  ]);
  const clients: ServiceClient[] = [];
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // every subscriber listens
  try {
    const admin = await connect({ address: service.address }, { ownConnection: true });
    clients.push(admin);
    const ids = Array.from({ length: feeds }, (_, index) => `soak-${index + 1}`);
    for (const id of ids) await createFeed(admin, id, clip);
    const latencies = new LatencyCounter();
    const readers = Array.from({ length: subscribers }, () => new SoakReader(latencies));
    const watch = new MemoryWatch(service.pid);
    onStep(`${feeds} feeds, ${subscribers} subscribers, ${minutes} min`);
    const following = readers.map(async (reader, index) => {
      const client = await connect({ address: service.address }, { ownConnection: true });
      clients.push(client);
      await reader.follow(client, ids[index % ids.length]!, stop.signal);
    });
    const seconds = minutes * 60;
    // A subscriber that fails ends the soak at once.
    await Promise.race([delay(seconds * 1000, undefined, { signal: stop.signal }), Promise.all(following)]);
    stop.abort();
    await Promise.all(following);
    watch.stop();
    const last = await Promise.all(ids.map((id) => deleteFeed(admin, id)));
    const total = (of: (feed: (typeof last)[number]) => bigint | undefined): number =>
      Number(last.reduce((sum, feed) => sum + (of(feed) ?? 0n), 0n));
    const sum = (of: (reader: SoakReader) => number): number =>
      readers.reduce((all, reader) => all + of(reader), 0);
    return {
      ...{ feeds, fps: options.fps, subscribers, seconds },
      framesDecoded: total((feed) => feed?.counters?.framesDecoded),
      framesAnalyzed: total((feed) => feed?.counters?.framesAnalyzed),
      framesDropped: total((feed) => feed?.counters?.framesDropped),
      delivered: sum(({ received }) => received),
      lost: sum(({ lost }) => lost),
      inGaps: sum(({ inGaps }) => inGaps),
      addedLatencyMs: {
        p50: latencies.percentile(0.5),
        p95: latencies.percentile(0.95),
        p99: latencies.percentile(0.99),
        max: latencies.max,
      },
      memory: memoryOf(watch.samples, seconds),
    };
  } finally {
    stop.abort();
    for (const client of clients) client.close();
    await service.stop();
  }
}

/** The first minute fills histories and caches; of a shorter soak, its first half does. */
export function memoryOf(samples: readonly MemorySample[], totalSeconds: number): SoakReport['memory'] {
  if (samples.length === 0) return null;
  const settledAfterSeconds = Math.min(60, totalSeconds / 2);
  const settled = samples.filter(({ seconds }) => seconds >= settledAfterSeconds);
  return {
    peakMegabytes: Math.max(...samples.map(({ rssBytes }) => rssBytes)) / MEGABYTE,
    growthMegabytesPerMinute: slopePerMinute(settled) / MEGABYTE,
    settledAfterSeconds,
  };
}

/** As many feeds and subscriptions as are asked for, whatever the defaults allow. */
async function writeConfig(folder: string, { feeds, subscribers }: SoakOptions): Promise<string> {
  const file = join(folder, 'soak.yaml');
  await writeFile(file, `feeds: {maxFeeds: ${feeds}}\nserver: {maxSubscriptions: ${subscribers}}\n`);
  return file;
}

async function writeClip(folder: string, fps: number): Promise<string> {
  const { path } = await locateFfmpeg();
  const picture = `testsrc2=size=320x256:rate=${fps}:duration=${CLIP_SECONDS}`;
  const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
  const name = 'soak.mp4';
  const input = ['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', picture];
  await promisify(execFile)(path, [...input, ...encoder, join(folder, name)]);
  return name;
}

/** Live and at the clip's own speed, as a camera would be. */
async function createFeed({ address, feeds }: ServiceClient, feedId: string, uri: string): Promise<void> {
  const settings = {
    feedId,
    source: { source: { $case: 'uri' as const, value: { uri, ownSpeed: true, loop: true } } },
    modelName: '',
    pacing: Pacing.LIVE,
    hardwareAcceleration: HardwareAcceleration.NONE,
  };
  await unary(address, feeds.createFeed.bind(feeds), { settings });
}

async function deleteFeed({ address, feeds }: ServiceClient, feedId: string) {
  return (await unary(address, feeds.deleteFeed.bind(feeds), { feedId })).feed;
}
