const CHECK_INTERVAL_MS = 1000;

export interface StallWatch {
  /** A frame has come. */
  frame(): void;
  stop(): void;
}

/**
 * Calls `onStall` when no frame has come for `stallAfterMs`, looked at every second (or more often where the time is
 * shorter). `isExpected` tells whether frames are due at all: not while the consumer holds the source back.
 */
export function watchForStalls(
  stallAfterMs: number,
  isExpected: () => boolean,
  onStall: () => void,
): StallWatch {
  let lastMs = performance.now();
  const timer = setInterval(
    () => {
      if (!isExpected()) lastMs = performance.now();
      else if (performance.now() - lastMs >= stallAfterMs) onStall();
    },
    Math.min(CHECK_INTERVAL_MS, stallAfterMs / 2),
  ).unref();
  return {
    frame: () => {
      lastMs = performance.now();
    },
    stop: () => clearInterval(timer),
  };
}
