import type { AddressPolicy } from './address-policy.js';

/** What a source may have of this machine. Sources that the operator names himself need none of it. */
export interface SourceLimits {
  /** Which hosts may be connected to. If absent, any. */
  readonly addresses?: AddressPolicy;
  /** Largest picture that is decoded, width times height. If absent, ffmpeg's own limit. */
  readonly maxPixels?: number;
  /** Private memory of its ffmpeg, bytes; enforced where util-linux's `prlimit` is installed. If absent, none. */
  readonly maxMemoryBytes?: number;
}
