import { SurgicamError, type ErrorCode } from '../domain/errors.js';
import type { FfmpegExit } from './ffmpeg-process.js';
import { ffmpegInput } from './ffmpeg-arguments.js';
import { redactText } from './redact.js';
import { isLiveSource, sourceDisplayName, type SourceUri } from './source-uri.js';

/**
 * The three ways in which ffmpeg fails: it could not be run; it ran but gave no frame (bad settings, no such
 * stream, not a video); it gave frames, or was alive, and ended before its time.
 */
export type FailureStage = 'never_started' | 'unreadable_input' | 'died_later';

/** The `cause` of a SurgicamError of a frame source: not an error of its own, but what is known of one. */
export class SourceFailure {
  constructor(
    readonly stage: FailureStage,
    readonly exit: FfmpegExit,
    /** The last lines of ffmpeg's log, redacted, oldest first. */
    readonly log: readonly string[],
  ) {}
}

/** How a frame source failed; undefined for an error that did not come out of running ffmpeg. */
export function sourceFailureOf(error: unknown): SourceFailure | undefined {
  return error instanceof SurgicamError && error.cause instanceof SourceFailure ? error.cause : undefined;
}

/** What is known when ffmpeg has gone. */
export interface FfmpegOutcome {
  readonly source: SourceUri;
  readonly cudaWanted: boolean;
  readonly exit: FfmpegExit;
  readonly frames: number;
  /** Frames whose time was never told. Never seen; it would mean that the two outputs got out of step. */
  readonly framesWithoutTime: number;
  readonly log: readonly string[];
  /** Set when it was stopped because nothing came for so long. */
  readonly silentForMs?: number;
}

/** Whether ffmpeg ended well, and if not, why. Undefined: a clean end. */
export function judgeOutcome(outcome: FfmpegOutcome): SurgicamError | undefined {
  const { source, exit, frames } = outcome;
  const name = sourceDisplayName(source);
  const log = outcome.log.map((line) => redactText(line, ffmpegInput(source), name));
  const said = lastUsefulLine(log);
  const detail = said === undefined ? '' : `: ${said}`;
  const fail = (code: ErrorCode, stage: FailureStage, message: string): SurgicamError =>
    new SurgicamError(code, message, { cause: new SourceFailure(stage, exit, log) });

  if (exit.startError !== undefined) {
    const why = `ffmpeg could not be started for ${name}: ${exit.startError.message}`;
    return fail('failed_precondition', 'never_started', `${why}; install ffmpeg, or set SURGICAM_FFMPEG`);
  }
  if (outcome.silentForMs !== undefined) {
    const seconds = Math.round(outcome.silentForMs / 1000);
    const stage = frames === 0 ? 'unreadable_input' : 'died_later';
    return fail('unavailable', stage, `${name} sent no video for ${seconds} s${detail}`);
  }
  if (exit.signal !== null) {
    const message = `ffmpeg reading ${name} was ended by ${exit.signal} after ${frames} frames${detail}`;
    return fail('unavailable', 'died_later', message);
  }
  if (outcome.framesWithoutTime > 0) {
    const message = `ffmpeg gave ${outcome.framesWithoutTime} frames of ${name} without their times${detail}`;
    return fail('internal', 'died_later', message);
  }
  if (frames === 0) return judgeStart(outcome, name, log, detail, fail);
  if (exit.code === 0 && !endedInTheMiddle(log, name)) return undefined;
  const code = isLiveSource(source) ? 'unavailable' : 'invalid_argument';
  return fail(code, 'died_later', `${name} broke off after ${frames} frames${detail}`);
}

function judgeStart(
  outcome: FfmpegOutcome,
  name: string,
  log: readonly string[],
  detail: string,
  fail: (code: ErrorCode, stage: FailureStage, message: string) => SurgicamError,
): SurgicamError {
  const stage = 'unreadable_input';
  if (outcome.cudaWanted && log.some((line) => /cuda|device (?:creation|setup) failed/i.test(line))) {
    const hint = 'check the driver with nvidia-smi, or use hardware acceleration auto or none';
    return fail('failed_precondition', stage, `no CUDA decoding of ${name}${detail}; ${hint}`);
  }
  if (log.some((line) => /not on white ?list/i.test(line))) {
    const hint = 'a playlist may refer only to what its own kind of source may open';
    return fail('invalid_argument', stage, `${name} was refused${detail}; ${hint}`);
  }
  const code = isLiveSource(outcome.source) ? 'unavailable' : 'invalid_argument';
  const why = detail === '' ? ': it holds no video frame' : detail;
  return fail(code, stage, `no video could be read from ${name}${why}`);
}

/**
 * ffmpeg up to 6 ends with code 0 when its input breaks off; only its log tells. It names the input and the
 * error (`name: Invalid data found ...`), or says that the file is not whole.
 */
function endedInTheMiddle(log: readonly string[], name: string): boolean {
  return log.some((line) => {
    const text = withoutPrefix(line);
    return (
      /^(?:stream \d+, offset 0x[0-9a-f]+: )?partial file$|^Error during demuxing/i.test(text) ||
      text.startsWith(`${name}: `)
    );
  });
}

/** The line a person wants to see: the last error, with the more telling one before it if it is a general one. */
export function lastUsefulLine(log: readonly string[]): string | undefined {
  const errors = log.filter((line) => /\[(?:error|fatal|panic)\] /.test(line)).map(withoutPrefix);
  const useful = errors.filter((text) => text !== '' && !/^Conversion failed!?$/.test(text));
  const last = useful.at(-1);
  if (last === undefined)
    return log.findLast((line) => line.includes('[warning] '))?.replace(/^.*\[warning\] /, '');
  const before = useful.at(-2);
  if (before === undefined || !/Invalid data found|Invalid argument|Input\/output error/.test(last))
    return last;
  return before === last ? last : `${before} (${last})`;
}

function withoutPrefix(line: string): string {
  return line.replace(/^(?:\[[^\]]* @ [^\]]*\] )*(?:\[\w+\] )?/, '').trim();
}
