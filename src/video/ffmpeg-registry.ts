/** A running ffmpeg as the registry sees it. */
export interface RegisteredChild {
  /** Undefined until it runs. */
  readonly pid: number | undefined;
  /** Asks it to end, then kills it; resolves when it is gone. */
  stop(): Promise<void>;
  /** Kills it at once, without waiting. */
  killNow(): void;
}

const children = new Set<RegisteredChild>();
let hooked = false;

/** Every ffmpeg is entered here while it lives, so that none outlives the process. */
export function registerChild(child: RegisteredChild): void {
  children.add(child);
  if (hooked) return;
  hooked = true;
  process.on('exit', () => {
    for (const left of children) left.killNow();
  });
}

export function forgetChild(child: RegisteredChild): void {
  children.delete(child);
}

export function activeFfmpegCount(): number {
  return children.size;
}

/** Process ids of the running ones. */
export function activeFfmpegPids(): readonly number[] {
  return [...children].flatMap((child) => (child.pid === undefined ? [] : [child.pid]));
}

/** Stops every ffmpeg; resolves when none is left. */
export async function stopAllFfmpeg(): Promise<void> {
  while (children.size > 0) {
    await Promise.all([...children].map((child) => child.stop()));
  }
}
