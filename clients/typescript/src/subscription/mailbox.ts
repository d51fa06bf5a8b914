import type { SubscriptionEvent } from './events.js';

/** Of these only the newest is of interest. */
const CONFLATED: readonly SubscriptionEvent['type'][] = [
  'analysis',
  'feed-state',
  'heartbeat',
  'disconnected',
  'started',
  'feed-replaced',
];

/** Annotations and receipts waiting at most; beyond it the oldest goes. */
const MOST_OTHERS = 256;

/**
 * What a slow reader of a `latest` subscription has not taken yet. Bounded: a newer analysis takes the place of one
 * that waits, which is counted as skipped.
 */
export class Mailbox {
  #waiting: SubscriptionEvent[] = [];

  put(event: SubscriptionEvent): void {
    if (event.type === 'skipped') this.#skip(event.skipped);
    else if (CONFLATED.includes(event.type)) this.#replace(event);
    else {
      const others = this.#waiting.filter(({ type }) => !CONFLATED.includes(type) && type !== 'skipped');
      if (others.length >= MOST_OTHERS) this.#drop(others[0]!);
      this.#waiting.push(event);
    }
  }

  take(): SubscriptionEvent | undefined {
    return this.#waiting.shift();
  }

  #replace(event: SubscriptionEvent): void {
    const older = this.#waiting.find(({ type }) => type === event.type);
    if (older !== undefined) {
      this.#waiting.splice(this.#waiting.indexOf(older), 1);
      if (older.type === 'analysis') this.#skip({ ...NONE, slowReader: 1n });
    }
    this.#waiting.push(event);
  }

  #drop(oldest: SubscriptionEvent): void {
    this.#waiting.splice(this.#waiting.indexOf(oldest), 1);
    if (oldest.type === 'annotation') this.#skip({ ...NONE, annotations: 1n });
  }

  /** One count stands before everything else that waits. */
  #skip(more: Skipped): void {
    const [first] = this.#waiting;
    if (first?.type !== 'skipped') {
      this.#waiting.unshift({ type: 'skipped', skipped: more });
      return;
    }
    const { skipped } = first;
    const sum = {
      slowReader: skipped.slowReader + more.slowReader,
      rateLimited: skipped.rateLimited + more.rateLimited,
      stale: skipped.stale + more.stale,
      annotations: skipped.annotations + more.annotations,
    };
    this.#waiting[0] = { type: 'skipped', skipped: sum };
  }
}

type Skipped = Extract<SubscriptionEvent, { type: 'skipped' }>['skipped'];

const NONE: Skipped = { slowReader: 0n, rateLimited: 0n, stale: 0n, annotations: 0n };
