import { SurgicamError, type ErrorCode } from '../domain/errors.js';
import type { FfmpegExit } from './ffmpeg-process.js';
import { ffmpegInput } from './ffmpeg-arguments.js';
import { redactText } from '../domain/redact.js';
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
  const said = lastUsefulLine(log)?.replace(`${name}: `, '');
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
  const broken = log.findLast(tellsOfBrokenInput);
  const why = broken === undefined ? detail : `: ${withoutPrefix(broken)}`;
  return fail(code, 'died_later', `${name} broke off after ${frames} frames${why}`);
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
  if (log.some((line) => /Format not on white ?list/i.test(line))) {
    const what = 'it is no video container or codec that is read here, or a list of other files';
    return fail('invalid_argument', stage, `${name} was refused: ${what}`);
  }
  const refused = log.find((line) => /not on white ?list/i.test(line));
  if (refused !== undefined) {
    const hint = 'a playlist may refer only to what its own kind of source may open';
    return fail('invalid_argument', stage, `${name} was refused: ${withoutPrefix(refused)}; ${hint}`);
  }
  const code = isLiveSource(outcome.source) ? 'unavailable' : 'invalid_argument';
  if (isPushedMp4(outcome.source) && log.some((line) => /moov atom not found|partial file/.test(line))) {
    const hint = 'only fragmented MP4 can be pushed; send the file as MPEG-TS or Matroska instead';
    return fail(
      code,
      stage,
      `no video could be read from ${name}: its moov box does not come first; ${hint}`,
    );
  }
  const why = detail === '' ? ': it holds no video frame' : detail;
  return fail(code, stage, `no video could be read from ${name}${why}`);
}

function isPushedMp4(source: SourceUri): boolean {
  return source.kind === 'push' && source.video.format === 'mp4';
}

const BROKEN_INPUT = /(?:partial file|File ended prematurely|Read error|Error during demuxing: .*)$/i;

/** Whether a line, or the end of one, says that the input stopped short: ffmpeg itself may then end with 0. */
export function tellsOfBrokenInput(line: string): boolean {
  return BROKEN_INPUT.test(line.trimEnd());
}

/** Up to version 6 ffmpeg also names the input and the error when reading fails: `name: Connection reset`. */
function endedInTheMiddle(log: readonly string[], name: string): boolean {
  return log.some((line) => tellsOfBrokenInput(line) || line.startsWith(`[error] ${name}: `));
}

/** True of many failures, and said after the line that tells which. */
const GENERAL =
  /^Conversion failed|^Error (?:opening|parsing|while|submitting|splitting)|^Decoding error|Invalid data found when processing input$|Invalid argument$|^Nothing was written/;

/** The line a person wants to see: the last error that says something of its own. */
export function lastUsefulLine(log: readonly string[]): string | undefined {
  const errors = log.filter((line) => /\[(?:error|fatal|panic)\] /.test(line)).map(withoutPrefix);
  const last = errors.findLast((text) => !GENERAL.test(text)) ?? errors.at(-1);
  return last ?? log.findLast((line) => line.includes('[warning] '))?.replace(/^.*\[warning\] /, '');
}

function withoutPrefix(line: string): string {
  return line.replace(/^(?:\[[^\]]* @ [^\]]*\] )*(?:\[\w+\] )?/, '').trim();
}
