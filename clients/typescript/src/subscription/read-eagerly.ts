import { Mailbox } from './mailbox.js';
import type { SubscriptionEvent } from './events.js';

/**
 * Reads as fast as events come and keeps only the newest analysis for a slow reader, so that what it gets is never
 * older than what waits in the buffers of the connection.
 */
export async function* readEagerly(
  events: AsyncIterable<SubscriptionEvent>,
  stop: () => void,
): AsyncGenerator<SubscriptionEvent, void, undefined> {
  const mailbox = new Mailbox();
  let wake = (): void => undefined;
  let end: { readonly error?: unknown } | undefined;
  const reading = (async () => {
    for await (const event of events) {
      mailbox.put(event);
      wake();
    }
  })().then(
    () => (end = {}),
    (error: unknown) => (end = { error }),
  );
  void reading.then(() => wake());
  try {
    for (;;) {
      const event = mailbox.take();
      if (event !== undefined) yield event;
      else if (end !== undefined) {
        if ('error' in end) throw end.error;
        return;
      } else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    stop();
    await reading;
  }
}
