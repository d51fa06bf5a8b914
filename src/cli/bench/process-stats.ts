import { readdir, readFile } from 'node:fs/promises';

/** Clock ticks a second in /proc; Linux has shown user space 100 on every architecture for decades. */
const TICKS_PER_SECOND = 100;

/** What Linux says of a process. Elsewhere, and for a process that is gone, undefined. */
export interface ProcessStats {
  readonly parentPid: number;
  /** Processor time used so far, user and system. */
  readonly cpuSeconds: number;
  /** Memory in use now, shared pages included. */
  readonly rssBytes: number;
}

export async function processStats(pid: number): Promise<ProcessStats | undefined> {
  try {
    const [stat, status] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/status`, 'utf8'),
    ]);
    return parseProcessStats(stat, status);
  } catch {
    return undefined;
  }
}

/** Reads `/proc/<pid>/stat` and `/proc/<pid>/status` (proc(5)). */
export function parseProcessStats(stat: string, status: string): ProcessStats {
  // The name, in brackets, may hold spaces and brackets; field 3 follows its last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  return {
    parentPid: Number(fields[1]),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    rssBytes: kilobytes * 1024,
  };
}

/** Memory of a process and of all that descend from it, bytes; undefined where Linux's /proc is missing. */
export async function familyRssBytes(pid: number): Promise<number | undefined> {
  const family = await familyOf(pid);
  return family === undefined ? undefined : family.reduce((sum, { rssBytes }) => sum + rssBytes, 0);
}

/** Processor time of all that descend from a process and still live, seconds. */
export async function childrenCpuSeconds(pid: number): Promise<number> {
  const [, ...children] = (await familyOf(pid)) ?? [];
  return children.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
}

/** A process, first, and all that descend from it. */
async function familyOf(pid: number): Promise<readonly ProcessStats[] | undefined> {
  const entries = await readdir('/proc').catch(() => []);
  const pids = entries.filter((name) => /^\d+$/.test(name)).map(Number);
  const all = await Promise.all(pids.map(async (id) => [id, await processStats(id)] as const));
  const known = new Map(all.flatMap(([id, stats]) => (stats === undefined ? [] : [[id, stats] as const])));
  const root = known.get(pid);
  if (root === undefined) return undefined;
  const descends = (id: number): boolean => {
    for (let at = known.get(id)?.parentPid; at !== undefined && at > 1; at = known.get(at)?.parentPid) {
      if (at === pid) return true;
    }
    return false;
  };
  return [root, ...[...known].flatMap(([id, stats]) => (descends(id) ? [stats] : []))];
}
