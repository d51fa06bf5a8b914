import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { HeatmapEncoding } from '../../../rpc/gen/surgicam/v1/analysis.js';
import { FeaturePooling } from '../../../rpc/gen/surgicam/v1/analysis_options.js';
import { FeatureVariant } from '../../../rpc/gen/surgicam/v1/analysis.js';
import { locateFfmpeg } from '../../../video/locate-ffmpeg.js';
import { MemoryWatch, type MemorySample } from '../memory-watch.js';
import { startServiceProcess } from '../service-process.js';
import { createLoopedFeed, deleteFeed } from '../service-speed.js';
import { connect } from '../../client/service-client.js';
import { startFollowers } from './followers.js';
import type { RowContext, RowFindings } from './row.js';
import { slopeOf } from './slope.js';

/** Slow, so that it can run beside other work: what leaks does so by the frame or by the minute. */
const FRAMES_PER_SECOND = 5;
const SUBSCRIBERS = 3;
const MEGABYTE = 2 ** 20;
const SAMPLE_EVERY_MS = 1_000;

/** A live feed through the demo's model with three subscribers, for as long as is asked for: does memory grow? */
export async function memoryRow({ folder, memoryMinutes, onStep }: RowContext): Promise<RowFindings> {
  const clip = await slowClip(folder);
  const models = fileURLToPath(new URL('../../../../../models/', import.meta.url));
  const service = await startServiceProcess([
    ...['--models', join(models, 'phantom-resnet50-w16'), '--media-root', dirname(clip)],
    ...['--providers', 'cpu'],
  ]);
  const client = await connect({ address: service.address }, { ownConnection: true });
  const watch = new MemoryWatch(service.pid, SAMPLE_EVERY_MS);
  try {
    await createLoopedFeed(client, { feedId: 'memory', file: 'slow.mp4', pacing: 'live' });
    const followers = await startFollowers({
      address: service.address,
      feedIds: Array.from({ length: SUBSCRIBERS }, () => 'memory'),
      outputs: {
        boxes: true,
        heatmaps: { encoding: HeatmapEncoding.NATIVE_F32, classIds: [] },
        regionFeatures: {
          variant: FeatureVariant.SL_FE,
          pooling: FeaturePooling.P512_1X1,
          float16: false,
        },
      },
    });
    onStep(`memory: ${memoryMinutes} min at ${FRAMES_PER_SECOND} frames/s`);
    await followers.begin();
    for (let minute = 1; minute <= memoryMinutes; minute++) {
      await delay(60_000);
      const now = watch.samples.at(-1);
      if (now !== undefined && minute % 5 === 0)
        onStep(`memory: minute ${minute}, ${(now.rssBytes / MEGABYTE).toFixed(0)} MB`);
    }
    await delay((memoryMinutes % 1) * 60_000);
    watch.stop(); // what follows is the end of ffmpeg, not of a minute
    const counts = await followers.end();
    const feed = await deleteFeed(client, 'memory');
    const delivered = counts.messages;
    await followers.stop();
    return findings(watch.samples, memoryMinutes, Number(feed.counters?.framesAnalyzed ?? 0n), delivered);
  } finally {
    watch.stop();
    client.close();
    await service.stop();
  }
}

/** The first tenth, at most five minutes, fills caches and the feed's history. */
export function findings(
  samples: readonly MemorySample[],
  minutes: number,
  analyzed: number,
  delivered: number,
): RowFindings {
  const settledAfter = Math.min(5, minutes / 10);
  const means = minuteMeans(samples.filter(({ seconds }) => seconds >= settledAfter * 60));
  const { perUnit, interval } = slopeOf(means);
  const hour = 60;
  return {
    how:
      `\`surgicam serve\` with the demo's model, one live feed of 854 x 480 at ${FRAMES_PER_SECOND} frames/s, ${SUBSCRIBERS} subscribers ` +
      `(EVERY_FRAME; boxes, heatmaps, SL-FE) in another process, ${minutes} min; least squares through means of minutes behind the ` +
      `first ${settledAfter} min`,
    figures: [
      { name: 'frames analysed', value: analyzed, unit: '' },
      { name: 'analyses delivered', value: delivered, unit: '' },
      {
        name: 'memory of service and ffmpeg, highest',
        value: Math.max(0, ...samples.map(({ rssBytes }) => rssBytes)) / MEGABYTE,
        unit: 'MB',
      },
      { name: 'slope', value: perUnit * hour, unit: 'MB/h', goal: 'memory.slope' },
      ...(Number.isFinite(interval[0])
        ? [
            { name: 'upper end of its 95 % interval', value: interval[1] * hour, unit: 'MB/h' },
            { name: 'lower end of it', value: interval[0] * hour, unit: 'MB/h', goal: 'memory.growth' },
          ]
        : []),
    ],
    charts: [
      {
        name: 'memory',
        title: `Memory of the service with its ffmpeg over ${minutes} minutes`,
        xLabel: 'minutes',
        yLabel: 'MB',
        series: [{ name: 'resident', points: minuteMeans(samples) }],
      },
    ],
    data: { minuteMeans: minuteMeans(samples) },
  };
}

/** Mean megabytes of each whole minute, at its middle; of less than one, of what there is. */
function minuteMeans(samples: readonly MemorySample[]): (readonly [number, number])[] {
  const minutes = new Map<number, number[]>();
  for (const { seconds, rssBytes } of samples) {
    const minute = Math.floor(seconds / 60);
    minutes.set(minute, [...(minutes.get(minute) ?? []), rssBytes / MEGABYTE]);
  }
  const whole = minutes.size > 1 ? [...minutes].slice(0, -1) : [...minutes];
  return whole.map(([minute, values]) => [
    minute + 0.5,
    values.reduce((sum, value) => sum + value, 0) / values.length,
  ]);
}

async function slowClip(folder: string): Promise<string> {
  const file = join(folder, 'slow.mp4');
  const { path } = await locateFfmpeg();
  const picture = `testsrc2=size=854x480:rate=${FRAMES_PER_SECOND}:duration=60`;
  const encoder = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p'];
  await promisify(execFile)(path, [
    '-v',
    'error',
    '-nostdin',
    '-y',
    '-f',
    'lavfi',
    '-i',
    picture,
    ...encoder,
    file,
  ]);
  return file;
}
