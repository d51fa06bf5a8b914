import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

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

const LOOK_MS = 2_000;

/** Processors that are busy with other work: looked at for two seconds in which this program does nothing. */
export async function busyElsewhere(): Promise<number> {
  const before = busyMs();
  const beganMs = performance.now();
  await delay(LOOK_MS);
  return (busyMs() - before) / (performance.now() - beganMs);
}

function busyMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.sys + times.nice + times.irq, 0);
}
async function versionOf(name: string): Promise<string> {
  const file = new URL('package.json', import.meta.resolve(`${name}/package.json`));
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version;
}
