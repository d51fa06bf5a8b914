import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { readToolClasses } from '../../datasets/cholec80.js';
import { writeAtomically } from '../../files/write-atomically.js';
import { checkEvenSize, drawFilm } from './film.js';
import type { FrameTruth } from './frame-truth.js';
import type { LayoutWriter } from './layout-writer.js';
import type { RenderJob } from './render-messages.js';
import { SCENE_FPS } from './render-options.js';
import { planSequences, type PlannedSequence } from './sequence-plan.js';

/** Frames from one row of the labels to the next. */
const LABEL_STEP = 25;

/** The common split. */
const VIDEOS = {
  train: Array.from({ length: 40 }, (_, i) => 1 + i),
  val: Array.from({ length: 40 }, (_, i) => 41 + i),
};

/**
 * A Cholec80 tree: a video for each scene (more in one where there are more scenes than videos) and a row of tool labels
 * for every 25th frame. `every` 25 is real time; a larger one makes the scene run faster.
 */
export const cholec80Layout: LayoutWriter = {
  entries(options) {
    checkEvenSize(options);
    planSequences(options, VIDEOS);
    return ['videos', 'tool_annotations'];
  },

  async write(options, pool, onFrame) {
    const classOf = Object.entries(await readToolClasses());
    const videos = planSequences(options, VIDEOS);
    for (const folder of ['videos', 'tool_annotations']) {
      await mkdir(path.join(options.out, folder), { recursive: true });
    }
    const step = options.every / SCENE_FPS / LABEL_STEP;
    const header = ['Frame', ...classOf.map(([tool]) => tool)].join('\t');
    let next = 0;
    // Whole videos go to the threads as these come free.
    const draw = async (lane: number): Promise<void> => {
      for (let video = videos[next++]; video !== undefined; video = videos[next++]) {
        const name = `video${String(video.number).padStart(2, '0')}`;
        const rows = [header];
        const onTruth = (truth: FrameTruth, index: number): void => {
          if (index % LABEL_STEP !== 0) return;
          rows.push([index, ...flagsOf(truth, classOf)].join('\t'));
          onFrame();
        };
        const file = path.join(options.out, 'videos', `${name}.mp4`);
        await drawFilm(file, jobsOf(video, step), options, pool, [lane], onTruth);
        const table = path.join(options.out, 'tool_annotations', `${name}-tool.txt`);
        await writeAtomically(table, `${rows.join('\n')}\n`);
      }
    };
    await Promise.all(Array.from({ length: pool.threads }, (_, lane) => draw(lane)));
  },
};

/** `step`: seconds of the scene between two frames of the video. */
function* jobsOf({ scenes }: PlannedSequence, step: number): Generator<RenderJob> {
  for (const { seed, times } of scenes) {
    for (const time of times) {
      for (let i = 0; i < LABEL_STEP; i++) yield { seed, time: time + i * step };
    }
  }
}

function flagsOf({ tools }: FrameTruth, classOf: readonly (readonly [string, string])[]): number[] {
  const present = new Set(tools.filter((tool) => tool.present).map(({ name }) => name));
  return classOf.map(([, name]) => (present.has(name) ? 1 : 0));
}
