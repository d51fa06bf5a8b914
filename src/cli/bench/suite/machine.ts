import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** What the figures were measured on. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGigabytes: number;
  readonly system: string;
  readonly node: string;
  readonly onnxruntime: string;
}

export async function describeMachine(): Promise<Machine> {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    node: process.version,
    onnxruntime: await versionOf('onnxruntime-node'),
  };
}

/** Busy processors in the last minute, this program's own included. */
export function loadNow(): number {
  return loadavg()[0] ?? 0;
}

async function versionOf(name: string): Promise<string> {
  const file = new URL('package.json', import.meta.resolve(`${name}/package.json`));
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version;
}
