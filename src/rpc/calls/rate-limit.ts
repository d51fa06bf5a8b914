import { SurgicamError } from '../../domain/errors.js';

/** So many a second on average, and as many at once; one too many is refused, never queued. */
export class RateLimit {
  private tokens: number;
  private lastMs: number;

  /** `nowMs` is `performance.now()`, as in `take`. */
  constructor(
    /** Name of the limit in the configuration, for the message. */
    private readonly limitName: string,
    private readonly perSecond: number,
    nowMs: number,
  ) {
    this.tokens = Math.max(1, perSecond);
    this.lastMs = nowMs;
  }

  /** Error: resource_exhausted, with the time after which the next one is taken. */
  take(nowMs: number): void {
    const { limitName, perSecond } = this;
    const earned = ((nowMs - this.lastMs) / 1000) * perSecond;
    this.tokens = Math.min(Math.max(1, perSecond), this.tokens + earned);
    this.lastMs = nowMs;
    if (this.tokens < 1) {
      throw new SurgicamError('resource_exhausted', `${limitName} is ${perSecond} a second; send fewer`, {
        retryAfterMs: Math.ceil(((1 - this.tokens) / perSecond) * 1000),
        resource: { type: 'limit', name: limitName },
      });
    }
    this.tokens--;
  }
}
