import { CommanderError } from 'commander';
import { SurgicamError, type ErrorCode } from '../domain/errors.js';

const FAILED = 1;
const USAGE = 2;

/**
 * Says on standard error what went wrong, in one line, and below it what may help. Returns the exit code: 2 for a
 * command line that makes no sense, 0 when there was only help or the version to print, else 1.
 */
export function reportError(thrown: unknown, { verbose }: { readonly verbose: boolean }): number {
  // Commander has printed its own message by now.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : USAGE;
  // The reader of a pipe has left, as `head` does: it has what it wanted.
  if ((thrown as NodeJS.ErrnoException | null)?.code === 'EPIPE') return 0;
  const error = SurgicamError.from(thrown);
  process.stderr.write(`error: ${oneLine(error.message)}\n`);
  const hint = HINTS[error.code];
  if (hint !== undefined && !verbose) process.stderr.write(`hint: ${hint}\n`);
  if (verbose) process.stderr.write(`${traceOf(thrown)}\n`);
  return isUsage(error) ? USAGE : FAILED;
}

/** A violation whose field is a flag or an argument: the person typed it. */
function isUsage(error: SurgicamError): boolean {
  return error.code === 'invalid_argument' && error.violations.some(({ field }) => /^(--|<)/.test(field));
}

const HINTS: Partial<Record<ErrorCode, string>> = {
  internal: 'this is a defect; run again with --verbose and report what it prints',
  unauthenticated: 'the server wants to know who asks; see --help for the credentials this command takes',
  resource_exhausted: 'the server is at a limit of its configuration; try again later or raise the limit',
};

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, '; ');
}

function traceOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const own = thrown.stack ?? thrown.message;
  return thrown.cause === undefined ? own : `${own}\ncaused by: ${traceOf(thrown.cause)}`;
}
