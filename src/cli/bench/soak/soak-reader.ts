import type { FrameAnalysis } from '../../../rpc/gen/surgicam/v1/analysis.js';
import { Delivery, type SubscribeResponse } from '../../../rpc/gen/surgicam/v1/analysis_service.js';
import { followFeed, subscriptionTo } from '../../client/follow-feed.js';
import type { ServiceClient } from '../../client/service-client.js';
import type { LatencyCounter } from './latency-counter.js';

/** What one subscriber who wants every frame got. */
export class SoakReader {
  received = 0;
  /** Frames that are missing between two that came, and that nobody said were not analysed. */
  lost = 0;
  /** Of them, those that the service told as a gap. */
  inGaps = 0;
  private lastSequence: bigint | undefined;

  constructor(private readonly latencies: LatencyCounter) {}

  /** Follows a feed until stopped. Error: the translated status of the call. */
  async follow(client: ServiceClient, feedId: string, stop: AbortSignal): Promise<void> {
    const wish = subscriptionTo(feedId, { delivery: Delivery.EVERY_FRAME });
    for await (const response of followFeed(client, wish, stop)) this.accept(response);
  }

  /** The clock is the machine's, which the service's is too. */
  accept({ response }: SubscribeResponse, nowMs = Date.now()): void {
    if (response?.$case === 'gap') {
      this.inGaps += Number(response.value.toSequence - response.value.fromSequence + 1n);
    } else if (response?.$case === 'frameAnalysis') {
      this.count(response.value, nowMs);
    }
  }

  private count({ sequence, framesDropped, captureTime, timing }: FrameAnalysis, nowMs: number): void {
    this.received++;
    if (this.lastSequence !== undefined) {
      const told = framesDropped.reduce((sum, { count }) => sum + count, 0n);
      const missing = sequence - this.lastSequence - 1n - told;
      if (missing > 0n) this.lost += Number(missing);
    }
    this.lastSequence = sequence;
    if (captureTime === undefined) return;
    // The rest is what the service adds: queue, threads, post-processing, history, gRPC on both sides.
    this.latencies.add(nowMs - captureTime.getTime() - (timing?.inferenceUs ?? 0) / 1000);
  }
}
