import { access } from 'node:fs/promises';
import { constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface ChildCommand {
  readonly path: string;
  /** Stand before the program's own arguments. */
  readonly leadingArguments: readonly string[];
}

let found: Promise<string | undefined> | undefined;

/**
 * A program started under resource limits: its private memory, no core dump, no file written. util-linux's `prlimit`
 * sets them and turns into the program, so process id and pipes stay what they are. Where it is missing (macOS,
 * Windows) the program runs without; limit the container there.
 */
export async function underLimits(path: string, maxMemoryBytes: number | undefined): Promise<ChildCommand> {
  const prlimit = maxMemoryBytes === undefined ? undefined : await (found ??= findPrlimit());
  if (prlimit === undefined) return { path, leadingArguments: [] };
  // The data segment, not the address space: libraries and the reserves of threads are no memory in use.
  const limits = [`--data=${maxMemoryBytes}`, '--core=0', '--fsize=0'];
  return { path: prlimit, leadingArguments: [...limits, '--', path] };
}

async function findPrlimit(): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/bin']) {
    const candidate = join(folder, 'prlimit');
    const runs =
      folder !== '' &&
      (await access(candidate, constants.X_OK).then(
        () => true,
        () => false,
      ));
    if (runs) return candidate;
  }
  return undefined;
}
