import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SurgicamError } from '../../domain/errors.js';

/** `surgicam serve` in a process of its own, as it is run in earnest: its memory and its event loop are its own. */
export interface ServiceProcess {
  readonly pid: number;
  readonly address: string;
  /** Resolves with its exit code when it is gone; null: a signal ended it. */
  readonly exited: Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
  /** Ends it in order; resolves when it is gone. */
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const LAST_LINES = 5;

/** Starts it on a free port and waits until it is ready. `flags` are those of `surgicam serve`. */
export async function startServiceProcess(flags: readonly string[]): Promise<ServiceProcess> {
  const args = [MAIN, 'serve', ...flags, '--host', '127.0.0.1', '--port', '0', '--log-level', 'info'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const lines = createInterface(child.stderr);
  const last: string[] = [];
  const address = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      last.push(line);
      if (last.length > LAST_LINES) last.shift();
      const entry = parseLine(line);
      if (entry?.msg === 'serving' && typeof entry.address === 'string') resolve(entry.address);
    });
    child.once('exit', () =>
      reject(new SurgicamError('failed_precondition', `the service did not start: ${last.join(' | ')}`)),
    );
  });
  return {
    pid: child.pid ?? 0,
    address,
    exited,
    signal: (signal) => void child.kill(signal),
    async stop() {
      child.kill('SIGTERM');
      await exited;
      process.off('exit', kill);
    },
  };
}

function parseLine(line: string): { readonly msg?: unknown; readonly address?: unknown } | undefined {
  try {
    return JSON.parse(line) as object;
  } catch {
    return undefined; // a library wrote it
  }
}
