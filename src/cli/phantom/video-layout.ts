import path from 'node:path';
import { writeAtomically } from '../../files/write-atomically.js';
import { checkEvenSize, drawFilm } from './film.js';
import type { LayoutWriter } from './layout-writer.js';
import { planScenes } from './scene-plan.js';
import { checkSceneCount } from './render-options.js';

const VIDEO = 'video.mp4';
const TRUTHS = 'video.jsonl';

/**
 * One video, scene after scene, and beside it a JSON line for every frame: index, seed and time of the scene, and all
 * that is true of it.
 */
export const videoLayout: LayoutWriter = {
  entries(options) {
    checkEvenSize(options);
    checkSceneCount(options);
    return [VIDEO, TRUTHS];
  },

  async write(options, pool, onFrame) {
    const jobs = planScenes(options).flatMap(({ seed, times }) => times.map((time) => ({ seed, time })));
    const lines: string[] = [];
    const lanes = Array.from({ length: pool.threads }, (_, lane) => lane);
    await drawFilm(path.join(options.out, VIDEO), jobs, options, pool, lanes, (truth, frame) => {
      lines.push(JSON.stringify({ frame, ...jobs[frame]!, ...truth }));
      onFrame();
    });
    await writeAtomically(path.join(options.out, TRUTHS), `${lines.join('\n')}\n`);
  },
};
