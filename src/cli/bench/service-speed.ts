import type { Feed } from '../../rpc/gen/surgicam/v1/feed.js';
import { HardwareAcceleration, Pacing } from '../../rpc/gen/surgicam/v1/feed.js';
import type { FrameAnalysis } from '../../rpc/gen/surgicam/v1/analysis.js';
import { Delivery } from '../../rpc/gen/surgicam/v1/analysis_service.js';
import { followFeed, subscriptionTo } from '../client/follow-feed.js';
import type { ServiceClient } from '../client/service-client.js';
import { unary } from '../client/unary.js';

/** One analysis as it arrived. */
export interface Arrival {
  readonly atMs: number;
  readonly sequence: number;
  /** From the decoder to here by the wall clock, milliseconds; the contract's times are whole milliseconds. */
  readonly ageMs: number;
  /** The model's run for its batch, milliseconds. */
  readonly inferenceMs: number;
}

/** Scores and boxes: what a subscriber gets who asks for nothing special. */
const OUTPUTS = {
  boxes: true,
  outlines: false,
  heatmaps: undefined,
  regionFeatures: undefined,
  preview: undefined,
  explanation: undefined,
};

export interface BenchFeed {
  readonly feedId: string;
  /** Below the service's media root. */
  readonly file: string;
  /** Live at the clip's own speed, or every frame as fast as it goes. */
  readonly pacing: 'live' | 'every-frame';
}

/** Makes a feed of a clip in a loop, through the service's default model. */
export async function createLoopedFeed(
  { address, feeds }: ServiceClient,
  { feedId, file, pacing }: BenchFeed,
): Promise<void> {
  const live = pacing === 'live';
  const settings = {
    feedId,
    source: { source: { $case: 'uri' as const, value: { uri: file, ownSpeed: live, loop: true } } },
    modelName: '',
    pacing: live ? Pacing.LIVE : Pacing.EVERY_FRAME,
    hardwareAcceleration: HardwareAcceleration.NONE,
  };
  await unary(address, feeds.createFeed.bind(feeds), { settings });
}

/** Gives the feed as it was last. */
export async function deleteFeed({ address, feeds }: ServiceClient, feedId: string): Promise<Feed> {
  const { feed } = await unary(address, feeds.deleteFeed.bind(feeds), { feedId });
  return feed!;
}

/** Makes a feed of a clip in a loop, uses it, and removes it. Gives the feed as it was last. */
export async function withFeed(
  client: ServiceClient,
  feed: BenchFeed,
  use: () => Promise<void>,
): Promise<Feed> {
  await createLoopedFeed(client, feed);
  let used = false;
  try {
    await use();
    used = true;
  } finally {
    if (!used) client.feeds.deleteFeed({ feedId: feed.feedId }, () => undefined);
  }
  return deleteFeed(client, feed.feedId);
}

/** The first seconds of a feed are not its speed: ffmpeg starts, batches find their size. */
const WARM_UP_MS = 1_500;

/** Follows a feed and gives the analyses of so many seconds, those of the first moments left out. */
export async function collectArrivals(
  client: ServiceClient,
  feedId: string,
  seconds: number,
): Promise<Arrival[]> {
  const wish = subscriptionTo(feedId, { outputs: OUTPUTS, delivery: Delivery.EVERY_FRAME });
  const stop = new AbortController();
  const arrivals: Arrival[] = [];
  let firstMs: number | undefined;
  for await (const { response } of followFeed(client, wish, stop.signal)) {
    if (response?.$case !== 'frameAnalysis') continue;
    const arrival = arrivalOf(response.value);
    firstMs ??= arrival.atMs;
    const elapsedMs = arrival.atMs - firstMs - WARM_UP_MS;
    if (elapsedMs < 0) continue;
    if (elapsedMs > seconds * 1000) break;
    arrivals.push(arrival);
  }
  return arrivals;
}

function arrivalOf({ sequence, captureTime, timing }: FrameAnalysis): Arrival {
  const atMs = performance.now();
  return {
    atMs,
    sequence: Number(sequence),
    ageMs: performance.timeOrigin + atMs - (captureTime?.getTime() ?? 0),
    inferenceMs: (timing?.inferenceUs ?? 0) / 1000,
  };
}

/**
 * Frames per second as the slope of a least-squares line through (time, count): analyses arrive in bursts of a
 * batch, which would tilt a plain count over a few seconds by several per cent.
 */
export function arrivalRate(arrivals: readonly Arrival[]): number {
  const n = arrivals.length;
  const meanX = arrivals.reduce((sum, { atMs }) => sum + atMs, 0) / n;
  const meanY = (n - 1) / 2;
  let covariance = 0;
  let variance = 0;
  arrivals.forEach(({ atMs }, index) => {
    covariance += (atMs - meanX) * (index - meanY);
    variance += (atMs - meanX) ** 2;
  });
  return variance === 0 ? 0 : (1000 * covariance) / variance;
}
