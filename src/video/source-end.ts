import { isPlaylist, type InputFacts } from './input-facts.js';
import { isLiveSource, type SourceUri } from './source-uri.js';

/** A playlist that can no longer be fetched looks like the end of it, but for this line. */
const LOST_PLAYLIST = /Failed to (?:reload playlist|open segment)/i;

/**
 * Whether a clean end was the source's own, so that opening it again would only play it again: a file, also one on a
 * web server, whose length ffmpeg knew when it opened it (from its index, or from its size and its last pictures,
 * which takes a server that answers ranges); and a playlist, which ends cleanly only by saying so (`#EXT-X-ENDLIST`).
 * A live stream has no length, and its end is a loss.
 */
export function isOverForGood(
  source: SourceUri,
  { format, durationSeconds }: Pick<InputFacts, 'format' | 'durationSeconds'>,
  log: readonly string[],
): boolean {
  if (!isLiveSource(source)) return true;
  if (source.kind !== 'http') return false;
  if (isPlaylist(format)) return !log.some((line) => LOST_PLAYLIST.test(line));
  return durationSeconds !== undefined && durationSeconds > 0;
}
