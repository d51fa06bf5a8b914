import { HeatmapEncoding } from '../../rpc/gen/surgicam/v1/analysis.js';
import { Delivery } from '../../rpc/gen/surgicam/v1/analysis_service.js';
import { followFeed, subscriptionTo } from '../client/follow-feed.js';
import { connect, type ServiceClient } from '../client/service-client.js';
import { MemoryWatch, slopePerMinute, type MemorySample } from './memory-watch.js';
import { withFeed } from './service-speed.js';

export interface SlowSubscriberResult {
  readonly seconds: number;
  readonly framesAnalyzed: number;
  /** Of the two that read: frames received, and frames missing between the first and the last of them. */
  readonly readers: readonly { readonly received: number; readonly missing: number }[];
  /** Memory of the service and its ffmpeg, one sample every ten seconds; empty where it cannot be seen. */
  readonly memory: readonly MemorySample[];
  /** Growth of all samples but those of the first quarter, megabytes a minute. */
  readonly growthMegabytesPerMinute: number;
}

const FEED = 'bench-slow';
const SHOWN_EVERY_SECONDS = 10;

/** One feed as fast as it goes, three subscribers on connections of their own, one of which never reads. */
export async function measureSlowSubscriber(
  service: { readonly address: string; readonly pid: number },
  file: string,
  seconds: number,
): Promise<SlowSubscriberResult> {
  // Channels are shared by address unless they are told apart; a stuck reader must have a connection of its own.
  const clients = await Promise.all(
    [0, 1, 2].map(() => connect({ address: service.address }, { ownConnection: true })),
  );
  const [first, second, third] = clients as [ServiceClient, ServiceClient, ServiceClient];
  const stop = new AbortController();
  const watch = new MemoryWatch(service.pid);
  const readers = [first, second].map(() => ({ received: 0, missing: 0 }));
  try {
    const feed = await withFeed(first, { feedId: FEED, file, pacing: 'every-frame' }, async () => {
      const stuck = openAndNeverRead(third);
      const reading = [first, second].map((client, index) =>
        countFrames(client, readers[index]!, stop.signal),
      );
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      stop.abort();
      await Promise.all(reading);
      stuck.cancel();
    });
    const steady = watch.samples.filter((sample) => sample.seconds > seconds / 4);
    return {
      seconds,
      framesAnalyzed: Number(feed.counters?.framesAnalyzed ?? 0n),
      readers,
      memory: thinned(watch.samples),
      growthMegabytesPerMinute: slopePerMinute(steady) / 2 ** 20,
    };
  } finally {
    stop.abort();
    watch.stop();
    for (const client of clients) client.close();
  }
}

const everyFrame = () =>
  subscriptionTo(FEED, {
    outputs: {
      boxes: true,
      outlines: true,
      heatmaps: { encoding: HeatmapEncoding.NATIVE_F32, classIds: [] },
      regionFeatures: undefined,
      preview: undefined,
      explanation: undefined,
    },
    delivery: Delivery.EVERY_FRAME,
  });

/** Asks for everything and takes nothing: without a listener, flow control stops the server after its window. */
function openAndNeverRead(client: ServiceClient): { cancel(): void } {
  const call = client.analysis.subscribe();
  call.on('error', () => undefined);
  call.write({ request: { $case: 'configure', value: everyFrame() } });
  return call;
}

async function countFrames(
  client: ServiceClient,
  counts: { received: number; missing: number },
  stop: AbortSignal,
): Promise<void> {
  let last: bigint | undefined;
  for await (const { response } of followFeed(client, everyFrame(), stop)) {
    if (response?.$case !== 'frameAnalysis') continue;
    const { sequence } = response.value;
    if (last !== undefined) counts.missing += Number(sequence - last - 1n);
    counts.received += 1;
    last = sequence;
  }
}

function thinned(samples: readonly MemorySample[]): MemorySample[] {
  let next = 0;
  return samples.filter(({ seconds }) => {
    if (seconds < next) return false;
    next = seconds + SHOWN_EVERY_SECONDS;
    return true;
  });
}
