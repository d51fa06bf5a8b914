import { setTimeout as delay } from 'node:timers/promises';
import { median } from '../../terminal/rate-meter.js';
import type { FollowCounts } from './follower-messages.js';
import type { Followers } from './followers.js';
import type { Figure } from './row.js';
import { readCpu, type CpuReading } from './service.js';

/** What one measurement of followers and the service gave. */
export interface Window extends FollowCounts {
  /** Used in the window by the service and its ffmpeg, processors; undefined where it cannot be seen. */
  readonly cpu: CpuReading | undefined;
}

/** Counts for so many seconds. */
export async function measureWindow(followers: Followers, pid: number, seconds: number): Promise<Window> {
  const before = await readCpu(pid);
  await followers.begin();
  await delay(seconds * 1000);
  const counts = await followers.end();
  const after = await readCpu(pid);
  const used = (of: (reading: CpuReading) => number): number => (of(after!) - of(before!)) / counts.seconds;
  return {
    ...counts,
    cpu:
      before === undefined || after === undefined
        ? undefined
        : { service: used((one) => one.service), ffmpeg: used((one) => one.ffmpeg) },
  };
}

/** A figure of repetitions: their median, with the least and the greatest. */
export function figureOf(name: string, values: readonly number[], unit: string, goal?: string): Figure {
  return {
    name,
    value: median(values),
    unit,
    ...(values.length < 2 ? {} : { spread: [Math.min(...values), Math.max(...values)] as const }),
    ...(goal === undefined ? {} : { goal }),
  };
}
