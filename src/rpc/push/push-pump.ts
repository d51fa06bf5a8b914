import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { SurgicamError } from '../../domain/errors.js';
import type { PushFormat } from '../../domain/feed.js';
import type { PushedPicture } from '../../feeds/pushed-input.js';
import type { Latch } from '../calls/latch.js';
import type { AnalyzeStreamRequest } from '../gen/surgicam/v1/analysis_service.js';
import type { RequestInbox } from '../subscription/request-inbox.js';
import type { ByteRate } from './byte-rate.js';

export interface PumpParts {
  readonly inbox: RequestInbox<AnalyzeStreamRequest>;
  /** Notified when the inbox has something. */
  readonly latch: Latch;
  /** Where the video goes. */
  readonly channel: Writable;
  readonly format: PushFormat;
  readonly rate: ByteRate;
  /** How long the producer may send nothing, milliseconds. */
  readonly idleMs: number;
}

/**
 * Carries the producer's chunks to the decoder, each only when the one before was taken, until the producer closes its
 * half. Rejects with invalid_argument for what is not a chunk, resource_exhausted for a producer that sends nothing.
 * Resolves silently when the signal is aborted.
 */
export async function pumpVideo(parts: PumpParts, signal: AbortSignal): Promise<void> {
  const { inbox, channel, rate } = parts;
  try {
    while (!signal.aborted) {
      const message = inbox.take();
      if (message !== undefined) {
        const chunk = toChunk(message, parts.format);
        await rate.spend('bytes' in chunk ? chunk.bytes.length : chunk.length, signal);
        if (!channel.write(chunk)) await once(channel, 'drain', { signal });
      } else if (inbox.ended) {
        channel.end();
        return;
      } else await arrival(parts, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function toChunk(
  { request, mediaTimeUs }: AnalyzeStreamRequest,
  format: PushFormat,
): Uint8Array | PushedPicture {
  if (request?.$case !== 'chunk') {
    throw SurgicamError.invalidField('request', request?.$case ?? 'empty', 'chunk after the configuration');
  }
  if (format !== 'pictures') {
    if (mediaTimeUs === undefined) return request.value;
    throw SurgicamError.invalidField('media_time_us', mediaTimeUs, 'nothing: only pictures take it');
  }
  if (mediaTimeUs === undefined) return { bytes: request.value };
  if (mediaTimeUs > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw SurgicamError.invalidField('media_time_us', mediaTimeUs, `0 to ${Number.MAX_SAFE_INTEGER}`);
  }
  return { bytes: request.value, mediaTimeUs: Number(mediaTimeUs) };
}

/** Resolves when the inbox has news. */
async function arrival({ latch, idleMs }: PumpParts, signal: AbortSignal): Promise<void> {
  const idle = { isOver: false };
  const timer = setTimeout(() => {
    idle.isOver = true;
    latch.notify();
  }, idleMs);
  await latch.wait(signal);
  clearTimeout(timer);
  if (!idle.isOver || signal.aborted) return;
  throw new SurgicamError(
    'resource_exhausted',
    `no video arrived for maxPushIdleMs, ${idleMs} ms; close the stream when there is no more`,
    { retryAfterMs: 1000, resource: { type: 'limit', name: 'maxPushIdleMs' } },
  );
}
