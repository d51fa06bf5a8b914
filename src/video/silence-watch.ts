/** What is watched: how long nothing has come although it was waited for. */
export interface Silenceable {
  silentForMs(nowMs: number): number;
}

export interface SilenceWatch {
  /** How long it was silent when it was given up; undefined as long as it was not. */
  readonly silentForMs: number | undefined;
  stop(): void;
}

/** Calls `onSilence` once when nothing has come for as long as `patienceMs` allows at that moment. */
export function watchSilence(
  watched: Silenceable,
  patienceMs: () => number,
  onSilence: () => void,
): SilenceWatch {
  let silentForMs: number | undefined;
  const giveUp = (): void => {
    const silence = watched.silentForMs(performance.now());
    if (silence < patienceMs() || silentForMs !== undefined) return;
    silentForMs = silence;
    clearInterval(timer);
    onSilence();
  };
  const timer = setInterval(
    () => {
      // Timers come before input: after a long block of the event loop, let what has arrived be read first.
      if (watched.silentForMs(performance.now()) >= patienceMs()) setImmediate(giveUp);
    },
    Math.min(1000, patienceMs() / 2),
  );
  return {
    get silentForMs() {
      return silentForMs;
    },
    stop() {
      clearInterval(timer);
    },
  };
}
