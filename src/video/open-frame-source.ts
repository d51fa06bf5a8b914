import { defer, type Observable } from 'rxjs';
import type { VideoFrame } from '../domain/video-frame.js';
import { openFfmpegSource } from './ffmpeg-source.js';
import type { FrameSourceOptions } from './frame-source.js';
import { openPhantomSource } from './phantom-source.js';
import { sourceOf } from './source-uri.js';

/**
 * Frames of any source. Cold: nothing happens before a subscription; each has an ffmpeg (or, for the
 * synthetic scene, a drawing thread) of its own, which ends with it. Completes at the clean end of a file or stream; fails with a SurgicamError, whose
 * `sourceFailureOf` tells how ffmpeg ended.
 */
export function openFrameSource(options: FrameSourceOptions): Observable<VideoFrame> {
  return defer(() => {
    const source = sourceOf(options.source);
    if (source.kind === 'phantom') return openPhantomSource(options);
    return openFfmpegSource(options, source);
  });
}
