import { concat, defer, EMPTY, map, retry, tap, throwError, timer, type Observable } from 'rxjs';
import { SurgicamError } from '../domain/errors.js';
import type { VideoFrame } from '../domain/video-frame.js';
import type { FrameSourceOptions } from '../video/frame-source.js';
import { openPictureSource } from './pushed-pictures.js';
import { openFrameSource } from '../video/open-frame-source.js';
import { isLiveSource, sourceOf } from '../video/source-uri.js';
import { reconnectDelayMs, type ReconnectOptions } from './reconnect-policy.js';

export interface FeedFramesOptions {
  readonly source: Omit<FrameSourceOptions, 'firstSequence'>;
  readonly reconnect: ReconnectOptions;
  /** A live source broke; the next try comes after `delayMs`. */
  readonly onReconnect: (attempt: number, delayMs: number, reason: SurgicamError) => void;
}

/** Errors that another try cannot mend: the settings are wrong, or ffmpeg is missing. */
const LASTING: readonly SurgicamError['code'][] = [
  'invalid_argument',
  'failed_precondition',
  'permission_denied',
];

/** A connection that has given frames for so long is a good one, after which the delays begin small again. */
const STEADY_MS = 5000;

/**
 * The frames of a feed across all of its connections: a live source that breaks or ends is opened again, after a
 * growing delay. Sequence numbers go on without a gap and media times keep rising, the time without a connection
 * included. What is finite by its own account, a file or a playlist on a web server too, ends; files fail once.
 */
export function feedFrames(options: FeedFramesOptions): Observable<VideoFrame> {
  const open = options.source.source.push?.format === 'pictures' ? openPictureSource : openFrameSource;
  const isLive = isLiveSource(sourceOf(options.source.source));
  let nextSequence = 0;
  /** Tries since the last frame, and since the last steady connection: one that breaks at once is tried ever later. */
  let attempt = 0;
  let unsteady = 0;
  let timeOffsetUs = 0;
  let last: VideoFrame | undefined;
  let isOver = false;
  const onEnd = (): void => void (isOver = true);

  const connection = defer(() => {
    const previous = last;
    let firstMs: number | undefined;
    return open({ ...options.source, firstSequence: nextSequence, onEnd }).pipe(
      map((frame) => {
        if (firstMs === undefined && previous !== undefined) timeOffsetUs = offsetAfter(previous, frame);
        firstMs ??= frame.capturedAtMonotonicMs;
        if (frame.capturedAtMonotonicMs - firstMs >= STEADY_MS) unsteady = 0;
        return timeOffsetUs === 0 ? frame : { ...frame, mediaTimeUs: frame.mediaTimeUs + timeOffsetUs };
      }),
      tap((frame) => {
        nextSequence = frame.sequence + 1;
        attempt = 0;
        last = frame;
      }),
    );
  });
  if (!isLive) return connection;

  const endless = concat(
    connection,
    defer(() => (isOver ? EMPTY : throwError(() => new SurgicamError('unavailable', 'the source ended')))),
  );
  return endless.pipe(
    retry({
      delay: (thrown: unknown) => {
        const error = SurgicamError.from(thrown);
        const { maxAttempts } = options.reconnect;
        attempt++;
        unsteady++;
        if (LASTING.includes(error.code) || (maxAttempts > 0 && attempt > maxAttempts))
          return throwError(() => error);
        const delayMs = reconnectDelayMs(options.reconnect, unsteady, Math.random());
        options.onReconnect(attempt, delayMs, error);
        return timer(delayMs);
      },
    }),
  );
}

/** Puts the first frame of a new connection as long after the last of the old as it left the decoder later. */
function offsetAfter(last: VideoFrame, first: VideoFrame): number {
  const elapsedUs = Math.round((first.capturedAtMonotonicMs - last.capturedAtMonotonicMs) * 1000);
  return last.mediaTimeUs + Math.max(1, elapsedUs) - first.mediaTimeUs;
}
