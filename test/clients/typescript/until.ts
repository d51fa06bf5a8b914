import type { SubscriptionEvent } from '../../../clients/typescript/src/index.js';

type EventOf<T extends SubscriptionEvent['type']> = Extract<SubscriptionEvent, { type: T }>;

/** Reads until an event of the kind, which it gives; rejects with the subscription's error. */
export async function until<T extends SubscriptionEvent['type']>(
  events: AsyncIterator<SubscriptionEvent, void>,
  type: T,
): Promise<EventOf<T>> {
  for (;;) {
    const next = await events.next();
    if (next.done === true) throw new Error(`the subscription ended without ${type}`);
    if (next.value.type === type) return next.value as EventOf<T>;
  }
}
