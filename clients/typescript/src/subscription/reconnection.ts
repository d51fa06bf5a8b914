import { setTimeout as delay } from 'node:timers/promises';
import type { SurgicamError } from '../errors.js';
import { backoffMs } from './backoff.js';
import type { ReconnectOptions } from './options.js';

const FEED_GRACE_MS = 30_000;

/** Decides whether and when a subscription that lost its call tries again. */
export class Reconnection {
  #isBegun: boolean;
  #attempt = 0;
  #lostAtMs: number | undefined;
  #feedMissingAtMs: number | undefined;

  constructor(
    private readonly options: false | ReconnectOptions,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.#isBegun = options !== false && options.fromStart === true;
  }

  /** Number of the attempt that was decided on last, from 1; 0 while there is a connection. */
  get attempt(): number {
    return this.#attempt;
  }

  /** The server answered with what was asked for. */
  connected(): void {
    this.#isBegun = true;
    this.#attempt = 0;
    this.#lostAtMs = undefined;
    this.#feedMissingAtMs = undefined;
  }

  /** Milliseconds until the next attempt; absent: there is none, the error is the end. */
  afterLoss(error: SurgicamError): number | undefined {
    if (this.options === false || !this.#isBegun || !this.#mayPass(error)) return undefined;
    const nowMs = this.nowMs();
    this.#lostAtMs ??= nowMs;
    if (nowMs - this.#lostAtMs > (this.options.giveUpAfterMs ?? Infinity)) return undefined;
    this.#attempt++;
    return Math.max(backoffMs(this.#attempt, this.options), error.retryDelayMs ?? 0);
  }

  #mayPass(error: SurgicamError): boolean {
    switch (error.code) {
      case 'unavailable':
      case 'resource_exhausted':
      case 'cancelled': // not by us: something on the way reset the stream
        return true;
      case 'not_found':
        return this.#isFeedGrace();
      case 'internal':
        // The service's own defects carry a fixed text; this is the transport's.
        return error.message.includes('RST_STREAM');
      default:
        return false;
    }
  }

  #isFeedGrace(): boolean {
    if (this.options === false) return false;
    const nowMs = this.nowMs();
    this.#feedMissingAtMs ??= nowMs;
    return nowMs - this.#feedMissingAtMs <= (this.options.feedGraceMs ?? FEED_GRACE_MS);
  }
}

/** Waits; no longer than until the signal aborts. Never rejects. */
export async function waitMs(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
