import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SurgicamError } from '../../../domain/errors.js';

/** Of a turn, milliseconds a frame. */
export interface StageTime {
  readonly mean: number;
  readonly median: number;
}

/** What `models/training/reference_work.py` says of a turn. */
export interface PythonTurn {
  readonly frames: number;
  /** Present classes a frame. */
  readonly present: number;
  /** Reading and writing of files left out. */
  readonly ms: StageTime;
  /** The same of the processor's time, all threads together. */
  readonly processor_ms: StageTime;
  readonly stages: Readonly<Record<string, StageTime>>;
}

export interface TurnRequest {
  readonly classIds: readonly number[];
  /** The first so many pictures. */
  readonly frames: number;
  /** Folder for what was computed; null: it is thrown away. */
  readonly out: string | null;
}

/** A Python process that does the reference's work when it is told to, and waits in between. */
export interface PythonProcess {
  /** Version of PyTorch. */
  readonly torch: string;
  turn(request: TurnRequest): Promise<PythonTurn>;
  /** Resolves when it is gone. */
  stop(): Promise<void>;
}

const SCRIPTS = fileURLToPath(new URL('../../../../../models/training/', import.meta.url));
const LAST_LINES = 3;

/**
 * Starts it and waits until its first frame is done. `flags` are those of the script. Error: failed_precondition
 * when there is no such interpreter, it lacks a package, or the script fails.
 */
export async function startPythonTurns(python: string, flags: readonly string[]): Promise<PythonProcess> {
  const child = spawn(python, [`${SCRIPTS}reference_work.py`, '--turns', ...flags], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const said: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    said.push(line);
    if (said.length > LAST_LINES) said.shift();
  });
  const ended = new Promise<never>((_, reject) => {
    child.once('error', (cause) => reject(noPython(python, cause.message, cause)));
    child.once('close', () => reject(noPython(python, said.join(' | ') || 'it ended without a word')));
  });
  ended.catch(() => undefined); // heard of only while somebody waits for a line
  child.stdin.on('error', () => undefined); // its end is told by `ended`
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const nextLine = async (): Promise<unknown> => {
    const line = await Promise.race([lines.next(), ended]);
    return line.done === true ? ended : (JSON.parse(line.value) as unknown);
  };
  const { torch } = (await nextLine()) as { readonly torch: string };
  return {
    torch,
    async turn(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return (await nextLine()) as PythonTurn;
    },
    async stop() {
      process.off('exit', kill);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'close');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** Runs a Python script of `models/training` to its end. Errors: as startPythonTurns. */
export async function runTrainingScript(
  python: string,
  script: string,
  flags: readonly string[],
): Promise<void> {
  const child = spawn(python, [`${SCRIPTS}${script}`, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
  const [code] = (await once(child, 'close').catch((cause: unknown) => {
    throw noPython(python, (cause as Error).message, cause);
  })) as [number | null];
  if (code !== 0) throw noPython(python, said.trim().split('\n').slice(-LAST_LINES).join(' | '));
}

function noPython(python: string, why: string, cause?: unknown): SurgicamError {
  return new SurgicamError(
    'failed_precondition',
    `${python} could not do the reference's work: ${why}; it needs numpy, Pillow, OpenCV, torch and torchvision ` +
      '(Debian: python3-torchvision python3-opencv python3-pil); --python names another interpreter',
    { ...(cause === undefined ? {} : { cause }) },
  );
}
