import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { HardwareAcceleration, Pacing, type Feed } from '../../../rpc/gen/surgicam/v1/feed.js';
import { locateFfmpeg } from '../../../video/locate-ffmpeg.js';
import { connect, type ServiceClient } from '../../client/service-client.js';
import { unary } from '../../client/unary.js';
import { startServiceProcess } from '../service-process.js';
import { jainIndex, maxMinShares } from './max-min.js';

/** A live feed of the bench; sizes in pixels. */
export interface FairnessFeed {
  readonly fps: number;
  readonly width: number;
  readonly height: number;
}

export interface FairnessOptions {
  readonly feeds: readonly FairnessFeed[];
  readonly seconds: number;
  /** Folder of the model package. */
  readonly model: string;
  /** For clips and configuration. */
  readonly folder: string;
  /** Further flags of `surgicam serve`. */
  readonly serveFlags: readonly string[];
  readonly onStep: (step: string) => void;
}

export interface FeedShare extends FairnessFeed {
  /** In the measured time. `waiting`: decoded and not yet analysed or dropped at its end, less those at its beginning. */
  readonly decoded: number;
  readonly analyzed: number;
  readonly dropped: number;
  readonly waiting: number;
  /** What water-filling gives it of all frames that were analysed. */
  readonly fairShare: number;
  /** Analysed by fair share; 1 is fair. */
  readonly ratio: number;
}

export interface FairnessReport {
  readonly seconds: number;
  readonly feeds: readonly FeedShare[];
  /** Frames analysed, and decoded, per second over all feeds. */
  readonly capacity: number;
  readonly demand: number;
  /** Jain's index of the ratios. */
  readonly jain: number;
}

const CLIP_SECONDS = 10;

/** Time for every decoder and every queue to come to its pace, milliseconds. */
const SETTLE_MS = 2_000;

/** Live feeds that ask for more than the machine can analyse, and what each of them gets. */
export async function runFairness(options: FairnessOptions): Promise<FairnessReport> {
  const { feeds, seconds, model, folder, serveFlags, onStep } = options;
  onStep('making clips');
  for (const [index, feed] of feeds.entries()) await writeClip(join(folder, clipName(index)), feed);
  const config = join(folder, 'fairness.yaml');
  // Nobody follows the feeds, and all of their frames are wanted.
  await writeFile(config, `feeds: {maxFeeds: ${feeds.length}, idleRate: 1000}\n`);
  const places = ['--config', config, '--models', model, '--media-root', folder];
  const service = await startServiceProcess([...places, ...serveFlags]);
  const client = await connect({ address: service.address }, { ownConnection: true });
  try {
    for (const index of feeds.keys()) await createFeed(client, index);
    onStep(`${feeds.length} live feeds, ${seconds} s`);
    await delay(SETTLE_MS);
    const before = await snapshots(client);
    const beganMs = performance.now();
    await delay(seconds * 1000);
    const measured = (performance.now() - beganMs) / 1000;
    return fairnessReport(feeds, before, await snapshots(client), measured);
  } finally {
    client.close();
    await service.stop();
  }
}

/** What the service says of each feed, in the feeds' order. */
async function snapshots({ address, feeds }: ServiceClient): Promise<Feed[]> {
  const page = await unary(address, feeds.listFeeds.bind(feeds), { pageSize: 100, pageToken: '' });
  return page.feeds;
}

function fairnessReport(
  feeds: readonly FairnessFeed[],
  before: readonly Feed[],
  after: readonly Feed[],
  seconds: number,
): FairnessReport {
  type Counter = 'framesDecoded' | 'framesAnalyzed' | 'framesDropped';
  const counts = feeds.map((_, i) => {
    const since = (name: Counter): number =>
      Number((after[i]?.counters?.[name] ?? 0n) - (before[i]?.counters?.[name] ?? 0n));
    return {
      decoded: since('framesDecoded'),
      analyzed: since('framesAnalyzed'),
      dropped: since('framesDropped'),
    };
  });
  const total = (of: 'decoded' | 'analyzed'): number => counts.reduce((sum, count) => sum + count[of], 0);
  const fair = maxMinShares(
    counts.map(({ decoded }) => decoded),
    total('analyzed'),
  );
  const shares = feeds.map((feed, i): FeedShare => {
    const { decoded, analyzed, dropped } = counts[i]!;
    const fairShare = fair[i]!;
    const waiting = decoded - analyzed - dropped;
    const ratio = fairShare === 0 ? 1 : analyzed / fairShare;
    return { ...feed, decoded, analyzed, dropped, waiting, fairShare, ratio };
  });
  return {
    seconds,
    feeds: shares,
    capacity: total('analyzed') / seconds,
    demand: total('decoded') / seconds,
    jain: jainIndex(shares.map(({ ratio }) => ratio)),
  };
}

const clipName = (index: number): string => `feed-${index}.mp4`;

async function writeClip(file: string, { fps, width, height }: FairnessFeed): Promise<void> {
  const { path } = await locateFfmpeg();
  const picture = `testsrc2=size=${width}x${height}:rate=${fps}:duration=${CLIP_SECONDS}`;
  const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
  const input = ['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', picture];
  await promisify(execFile)(path, [...input, ...encoder, file]);
}

/** At the clip's own speed, as a camera would be. Ids sort as the feeds do. */
async function createFeed({ address, feeds }: ServiceClient, index: number): Promise<void> {
  const settings = {
    feedId: `feed-${String(index).padStart(3, '0')}`,
    source: {
      source: { $case: 'uri' as const, value: { uri: clipName(index), ownSpeed: true, loop: true } },
    },
    modelName: '',
    pacing: Pacing.LIVE,
    hardwareAcceleration: HardwareAcceleration.NONE,
  };
  await unary(address, feeds.createFeed.bind(feeds), { settings });
}
