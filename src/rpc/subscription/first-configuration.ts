import { SurgicamError } from '../../domain/errors.js';
import type { Latch } from '../calls/latch.js';
import { shuttingDown } from '../calls/open-calls.js';
import type { RequestInbox } from './request-inbox.js';

interface Message {
  readonly request?: { readonly $case: string; readonly value: unknown } | undefined;
}

type ConfigurationOf<M extends Message> = Extract<M['request'], { readonly $case: 'configure' }>['value'];

/** The first message, which must configure; undefined when the call was cancelled before. */
export async function firstConfiguration<M extends Message>(
  inbox: RequestInbox<M>,
  latch: Latch,
  signal: AbortSignal,
  draining: AbortSignal,
): Promise<ConfigurationOf<M> | undefined> {
  while (!signal.aborted) {
    const message = inbox.take();
    if (message?.request?.$case === 'configure') return message.request.value;
    if (message !== undefined || inbox.ended) {
      const received = message === undefined ? undefined : (message.request?.$case ?? 'empty');
      throw SurgicamError.invalidField('request', received, 'configure as the first message');
    }
    if (draining.aborted) throw shuttingDown();
    await latch.wait(signal);
  }
  return undefined;
}
