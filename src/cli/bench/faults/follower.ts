import type { StatusObject } from '@grpc/grpc-js';
import {
  Delivery,
  type SubscribeResponse,
  type SubscriptionConfiguration,
} from '../../../rpc/gen/surgicam/v1/analysis_service.js';
import { subscriptionTo } from '../../client/follow-feed.js';
import type { ServiceClient } from '../../client/service-client.js';
import { within } from './expectations.js';

/** A subscriber that counts what it gets. */
export class Follower {
  readonly sequences: number[] = [];
  readonly gaps: { readonly from: number; readonly to: number }[] = [];
  frameWidth = 0;
  /** Frames that the service says it did not analyse. */
  dropped = 0;
  readonly status: Promise<StatusObject>;
  readonly call: ReturnType<ServiceClient['analysis']['subscribe']>;
  private readonly waiting = new Set<() => void>();

  constructor(client: ServiceClient, feedId: string, wish: Partial<SubscriptionConfiguration> = {}) {
    this.call = client.analysis.subscribe();
    this.status = new Promise((resolve) => this.call.on('status', resolve));
    this.call.on('error', () => undefined);
    this.call.on('data', (response: SubscribeResponse) => this.accept(response));
    this.configure(subscriptionTo(feedId, { delivery: Delivery.EVERY_FRAME, ...wish }));
  }

  configure(value: SubscriptionConfiguration): void {
    this.call.write({ request: { $case: 'configure', value } });
  }

  /** Resolves when so many more frames have come. */
  more(frames: number, ms: number): Promise<void> {
    const wanted = this.sequences.length + frames;
    return this.until(() => this.sequences.length >= wanted, ms, `${frames} more frames`);
  }

  async until(condition: () => boolean, ms: number, what: string): Promise<void> {
    let check: (() => void) | undefined;
    const arrival = new Promise<void>((resolve) => {
      check = () => {
        if (condition()) resolve();
      };
      this.waiting.add(check);
      check();
    });
    try {
      await within(ms, what, arrival);
    } finally {
      if (check !== undefined) this.waiting.delete(check);
    }
  }

  /** Frames between the first and the last that were neither received nor told as missing. */
  get unaccounted(): number {
    const [first, last] = [this.sequences[0], this.sequences.at(-1)];
    if (first === undefined || last === undefined) return 0;
    const told = this.gaps.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    return Math.max(0, last - first + 1 - this.sequences.length - told - this.dropped);
  }

  close(): void {
    this.call.cancel();
  }

  private accept({ response }: SubscribeResponse): void {
    if (response?.$case === 'frameAnalysis') {
      const { sequence, frameWidth, framesDropped } = response.value;
      if (this.sequences.length > 0) {
        this.dropped += framesDropped.reduce((sum, { count }) => sum + Number(count), 0);
      }
      this.sequences.push(Number(sequence));
      this.frameWidth = frameWidth;
    } else if (response?.$case === 'gap') {
      this.gaps.push({ from: Number(response.value.fromSequence), to: Number(response.value.toSequence) });
    }
    for (const wake of this.waiting) wake();
  }
}
