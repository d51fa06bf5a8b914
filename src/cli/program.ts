import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { reportError } from './report-error.js';

/** The version in package.json, three folders above the compiled file. */
export function programVersion(): string {
  const file = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** The program without its commands. Commands inherit its settings, so it comes first. */
export function createProgram(): Command {
  return new Command('surgicam')
    .description('live surgical scene understanding: video in, Grad-CAM analyses out over gRPC')
    .version(programVersion(), '-V, --version')
    .option('--verbose', 'show the stack trace of an error')
    .showSuggestionAfterError()
    .showHelpAfterError('(add --help for what the command takes)')
    .exitOverride();
}

/** Runs a command line. Sets the exit code: 0, 1 for an error, 2 for a command line that makes no sense. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  // The reader of a pipe may leave, as `head` does. What runs for long hears of it by onStopRequest.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = reportError(error, {
      verbose: program.opts<{ verbose?: boolean }>().verbose === true,
    });
  }
}
