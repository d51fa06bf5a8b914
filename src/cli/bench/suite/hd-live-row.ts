import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../../terminal/rate-meter.js';
import { createLoopedFeed, deleteFeed } from '../service-speed.js';
import type { ArrivedFrame } from './follower-messages.js';
import { startFollowers } from './followers.js';
import { DEMO_MODEL, int8Model, testClip } from './materials.js';
import { figureOf, measureWindow, type Window } from './repeat.js';
import type { Figure, RowContext, RowFindings } from './row.js';
import { CAPTIONING_OUTPUTS, withService } from './service.js';

const CLIP = { width: 1920, height: 1080, framesPerSecond: 60, seconds: 20 } as const;
/** ffmpeg starts, threads find their pace. */
const WARM_UP_MS = 4_000;

/** A theatre camera on this machine: is any frame dropped, and what does the service add to the model's run? */
export async function hdLiveRow({ folder, seconds, onStep }: RowContext): Promise<RowFindings> {
  onStep('hd-live: encoding a clip of 1080p');
  const file = await testClip(folder, CLIP);
  const models = [
    { label: 'ResNet-50, 8 bits', model: await int8Model(folder), goals: true },
    { label: 'demo model', model: DEMO_MODEL, goals: false },
  ];
  const figures: Figure[] = [];
  const data: Record<string, readonly ArrivedFrame[]> = {};
  for (const { label, model, goals } of models) {
    onStep(`hd-live: ${label}`);
    const window = await withService(model, folder, async ({ process: { pid, address }, client }) => {
      await createLoopedFeed(client, { feedId: 'hd', file, pacing: 'live' });
      const request = { address, feedIds: ['hd'], outputs: CAPTIONING_OUTPUTS, detailed: true };
      const followers = await startFollowers(request);
      try {
        await delay(WARM_UP_MS);
        return await measureWindow(followers, pid, seconds);
      } finally {
        await followers.stop();
        await deleteFeed(client, 'hd');
      }
    });
    figures.push(...figuresOf(label, window, goals));
    data[label] = window.frames;
  }
  return {
    how:
      `H.264 of ${CLIP.width} x ${CLIP.height} at ${CLIP.framesPerSecond} frames/s and its own speed, a live feed; Grad-CAM, boxes and SL-FE of ` +
      `every frame to one subscriber in another process, ${seconds} s. 8 bits by min-max, all convolutions. Age: from the decoder to the subscriber; added: age less the run of the model`,
    figures,
    data,
  };
}

function figuresOf(label: string, { frames, seconds, cpu }: Window, goals: boolean): Figure[] {
  const [first] = frames;
  const last = frames.at(-1);
  const decoded = first === undefined || last === undefined ? 0 : last.sequence - first.sequence + 1;
  const of = (name: string, value: number, unit: string, goal?: string): Figure =>
    figureOf(`${label}: ${name}`, [value], unit, goals ? goal : undefined);
  const ages = frames.map(({ ageMs }) => ageMs);
  const added = frames.map(({ ageMs, inferenceMs }) => ageMs - inferenceMs);
  const runs = frames.map(({ inferenceMs }) => inferenceMs);
  return [
    of('frames analysed', frames.length / seconds, 'frames/s'),
    of(`frames dropped, of ${decoded}`, decoded - frames.length, '', 'hd-live.dropped'),
    of('age p50', percentile(ages, 0.5), 'ms'),
    of('age p95', percentile(ages, 0.95), 'ms'),
    of('age p99', percentile(ages, 0.99), 'ms'),
    of("model's run p50", percentile(runs, 0.5), 'ms'),
    of('added p50', percentile(added, 0.5), 'ms'),
    of('added p95', percentile(added, 0.95), 'ms'),
    of('added p99', percentile(added, 0.99), 'ms', 'hd-live.added'),
    ...(cpu === undefined
      ? []
      : [
          of('processors used by the service', cpu.service, ''),
          of('processors used by ffmpeg', cpu.ffmpeg, ''),
        ]),
  ];
}
