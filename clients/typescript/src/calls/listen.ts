import { UnavailableError } from '../errors.js';
import { fromCallError } from './call-error.js';

/** A streaming call, as far as listening goes. */
export interface ListenedCall<Response> extends AsyncIterable<Response> {
  cancel(): void;
}

export interface ListenTimeouts {
  /** How long the first message may take, milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long any later one may take; the service speaks once a second. */
  readonly heartbeatTimeoutMs: number;
}

/**
 * The server's messages until it ends the call; whoever leaves the loop cancels it. Error: SurgicamError;
 * UnavailableError, after `onSilence`, when nothing was heard for too long. The clock runs only while a message is
 * waited for: a slow reader takes no server for dead.
 */
export async function* listen<Response>(
  call: ListenedCall<Response>,
  { connectTimeoutMs, heartbeatTimeoutMs }: ListenTimeouts,
  onSilence: () => void,
): AsyncGenerator<Response, void, undefined> {
  const messages = call[Symbol.asyncIterator]();
  let limitMs = connectTimeoutMs;
  try {
    for (;;) {
      const next = await heard(messages, call, limitMs, onSilence);
      if (next.done === true) return;
      limitMs = heartbeatTimeoutMs;
      yield next.value;
    }
  } finally {
    call.cancel();
  }
}

async function heard<Response>(
  messages: AsyncIterator<Response>,
  call: ListenedCall<Response>,
  limitMs: number,
  onSilence: () => void,
): Promise<IteratorResult<Response>> {
  let isSilent = false;
  const watchdog = setTimeout(() => {
    isSilent = true;
    call.cancel();
  }, limitMs);
  try {
    return await messages.next();
  } catch (thrown) {
    if (!wasSilent()) throw fromCallError(thrown);
    onSilence();
    throw new UnavailableError(`nothing was heard from the service for ${limitMs} ms`, {}, { cause: thrown });
  } finally {
    clearTimeout(watchdog);
  }

  function wasSilent(): boolean {
    return isSilent;
  }
}
