import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import ffmpeg from 'fluent-ffmpeg';
import type { ChildCommand } from './child-limits.js';
import type { FfmpegArguments } from './ffmpeg-arguments.js';
import { forgetChild, registerChild, type RegisteredChild } from './ffmpeg-registry.js';

/** Between the polite signal and the deadly one. */
const GRACE_MS = 2_000;

export interface FfmpegExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Set when it could not be started at all. */
  readonly startError?: Error | undefined;
}

export interface FfmpegRun {
  readonly path: string;
  readonly args: FfmpegArguments;
  /** Becomes standard input, for arguments that read `pipe:0`. If absent, there is none. */
  readonly stdin?: Readable;
  /** How it is started under limits. If absent, by its path, without any. */
  readonly command?: ChildCommand;
  /** Variables of the environment that it must not see. */
  readonly hiddenVariables?: readonly string[];
  /** Receives standard output; its back-pressure reaches ffmpeg. */
  readonly sink: Writable;
  /** Every line of standard error. */
  readonly onLine: (line: string) => void;
}

export interface FfmpegProcess extends RegisteredChild {
  /** Resolves once it is gone and its last line has been handed over. Never rejects. */
  readonly exited: Promise<FfmpegExit>;
}

type EndCallback = (error: Error | undefined, stdoutRing?: unknown, stderrRing?: unknown) => void;
type Spawn = (args: string[], options: object, onProcess: unknown, onEnd: EndCallback) => void;
interface CommandInternals {
  ffmpegProc?: ChildProcess;
  _getArguments: () => string[];
  _prepare: (callback: (error: null, args: string[]) => void) => void;
  _getFfmpegPath: (callback: (error: null, path: string) => void) => void;
  _spawnFfmpeg: Spawn;
}

type State = 'running' | 'stopping' | 'exited';

/** Starts ffmpeg through fluent-ffmpeg, which never uses a shell. */
export function startFfmpeg(run: FfmpegRun): FfmpegProcess {
  let state: State = 'running';
  let child: ChildProcess | undefined;
  let killTimer: NodeJS.Timeout | undefined;
  let settle!: (exit: FfmpegExit) => void;
  const exited = new Promise<FfmpegExit>((resolve) => (settle = resolve));
  const command = ffmpeg({ source: run.stdin ?? run.args.input, stdoutLines: 10 });

  const finish = (exit: FfmpegExit): void => {
    if (state === 'exited') return;
    state = 'exited';
    clearTimeout(killTimer);
    forgetChild(handle);
    settle(exit);
  };
  const finishByExit = (): void => {
    finish({ code: child?.exitCode ?? null, signal: child?.signalCode ?? null });
  };
  const handle: FfmpegProcess = {
    exited,
    get pid() {
      return child?.pid;
    },
    async stop() {
      if (state === 'running') {
        state = 'stopping';
        child?.stdout?.destroy(); // blocked in a write it would not notice the signal
        child?.kill('SIGTERM');
        child?.kill('SIGCONT'); // stopped (SIGSTOP) it would not notice either
        killTimer = setTimeout(() => child?.kill('SIGKILL'), GRACE_MS);
      }
      await exited;
    },
    killNow() {
      child?.kill('SIGKILL');
    },
  };
  registerChild(handle);
  command
    .inputOptions(...run.args.inputOptions)
    .outputOptions(...run.args.outputOptions)
    .output(run.sink)
    .on('start', () => (child = internals.ffmpegProc))
    .on('stderr', run.onLine)
    .on('end', finishByExit)
    .on('error', finishByExit);
  const internals = command as unknown as CommandInternals;
  adapt(internals, run, (startError) => finish({ code: null, signal: null, startError }));
  command.run();
  return handle;
}

/**
 * Three habits of fluent-ffmpeg changed for this one command. It keeps one path to ffmpeg for the whole Node
 * process; it asks ffmpeg for its formats and encoders before the first run, in children that nobody could
 * stop; and where a spawn fails (no such file, no file descriptors left) it throws out of an event handler,
 * which would take the service down.
 */
function adapt(command: CommandInternals, run: FfmpegRun, onStartError: (error: Error) => void): void {
  const { path, leadingArguments } = run.command ?? { path: run.path, leadingArguments: [] };
  const hidden = new Set(run.hiddenVariables);
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !hidden.has(name)));
  const spawn = command._spawnFfmpeg.bind(command);
  command._prepare = (callback) => callback(null, command._getArguments());
  command._getFfmpegPath = (callback) => callback(null, path);
  command._spawnFfmpeg = (args, options, onProcess, onEnd) => {
    try {
      spawn(
        [...leadingArguments, ...args],
        { ...options, env },
        onProcess,
        (error, stdoutRing, stderrRing) => {
          if (error !== undefined && stderrRing === undefined) onStartError(error);
          else onEnd(error, stdoutRing, stderrRing);
        },
      );
    } catch (error) {
      // the child's own 'error' event comes first and says more, where it comes at all
      setImmediate(() => onStartError(error instanceof Error ? error : new Error(String(error))));
    }
  };
}
