import { once } from 'node:events';
import type {
  AnalyzeStreamConfiguration,
  AnalyzeStreamRequest,
  SubscribeResponse,
} from '../../rpc/gen/surgicam/v1/analysis_service.js';
import { fromCallError, isCancelled } from './call-error.js';
import type { ServiceClient } from './service-client.js';

/**
 * Sends video over an AnalyzeStream call and gives its responses, which have the fields of a subscription's. Each chunk
 * is read when the one before was taken. Ends when the service has answered everything or `stop` is aborted. Errors:
 * the translated status of the call, or what reading the video failed with.
 */
export async function* pushVideo(
  client: ServiceClient,
  configuration: AnalyzeStreamConfiguration,
  video: AsyncIterable<Uint8Array>,
  stop: AbortSignal,
): AsyncGenerator<SubscribeResponse, void, undefined> {
  if (stop.aborted) return;
  const call = client.analysis.analyzeStream();
  const over = new AbortController();
  const cancel = (): void => call.cancel();
  stop.addEventListener('abort', cancel);
  call.on('error', () => over.abort());
  const write = async (request: AnalyzeStreamRequest['request']): Promise<void> => {
    if (!call.write({ request, mediaTimeUs: undefined })) await once(call, 'drain', { signal: over.signal });
  };
  let unreadable: unknown;
  const sending = (async () => {
    await write({ $case: 'configure', value: configuration });
    for await (const bytes of video) {
      if (over.signal.aborted) return;
      await write({ $case: 'chunk', value: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) });
    }
    call.end();
  })().catch((error: unknown) => {
    if (over.signal.aborted) return; // the call has ended, and says why itself
    unreadable = error;
    call.cancel();
  });
  try {
    for await (const response of call) yield response as SubscribeResponse;
    over.abort();
    await sending;
  } catch (thrown) {
    if (unreadable instanceof Error) throw unreadable;
    if (isCancelled(thrown)) return; // by `stop`: the server ends no call so
    throw fromCallError(thrown, client.address);
  } finally {
    over.abort();
    stop.removeEventListener('abort', cancel);
    call.cancel();
  }
}
