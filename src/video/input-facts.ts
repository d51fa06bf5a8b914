const INPUT = /^(?:\[info\] )?Input #0, (.+), from '/;
const DURATION = /^(?:\[info\] )?\s*Duration: (N\/A|(\d+):(\d+):([\d.]+))/;

/** What ffmpeg says of its input once it has looked at it; nothing is known before. */
export class InputFacts {
  /** Names of the container, for example `hls` or `mov,mp4,m4a,3gp,3g2,mj2`. */
  format: string | undefined;
  /** Undefined where the input names no end: a stream, or a playlist that still grows. */
  durationSeconds: number | undefined;

  /** Takes a line of the log. */
  read(line: string): void {
    const input = INPUT.exec(line);
    if (input !== null) this.format ??= input[1];
    const duration = DURATION.exec(line);
    if (duration === null || duration[1] === 'N/A') return;
    const [, , hours, minutes, seconds] = duration;
    this.durationSeconds ??= Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  }
}

export function isPlaylist(format: string | undefined): boolean {
  return format?.split(',').includes('hls') ?? false;
}
