import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { renderDataset } from '../../../src/cli/phantom/render-dataset.js';
import type { RenderOptions } from '../../../src/cli/phantom/render-options.js';
import { openDataset } from '../../../src/datasets/dataset.js';
import { PHANTOM_CLASSES } from '../../../src/video/phantom/instruments.js';
import { PhantomRenderer } from '../../../src/video/phantom/renderer.js';
import { probeMedia } from '../../../src/video/probe-media.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';

describe('phantom render, as video', () => {
  const folder = temporaryFolder();
  const options: Omit<RenderOptions, 'out' | 'layout'> = {
    frames: 4,
    seed: 50,
    seeds: 2,
    width: 64,
    height: 48,
    every: 100,
    split: 'both',
    validationShare: 0.5,
    tools: 10,
    boxes: 'whole',
    threads: 2,
    force: false,
  };

  it('Cholec80: a video a scene, labelled every 25 frames', async () => {
    const out = path.join(folder, 'cholec80');
    await renderDataset({ ...options, out, layout: 'cholec80' });
    const { frames } = await openDataset(out, { layout: 'cholec80', classes: PHANTOM_CLASSES });
    expect(frames.map(({ video, name }) => `${video}/${name}`)).toEqual([
      'video01/000000',
      'video01/000025',
      'video41/000000',
      'video41/000025',
    ]);
    const never = ['large_needle_driver', 'ultrasound_probe', 'stapler'];
    frames.forEach(({ labels }, index) => {
      const { truth } = new PhantomRenderer(50 + (index >> 1), 64, 48).render((index % 2) * 4);
      const expected = truth.present.map((is, k) => Number(is && !never.includes(PHANTOM_CLASSES[k]!)));
      expect(labels).toEqual(expected);
    });
  }, 60_000);

  it('a film: a line of truth for every frame, in order', async () => {
    const out = path.join(folder, 'film');
    await renderDataset({ ...options, out, layout: 'video' });
    const lines = readFileSync(path.join(out, 'video.jsonl'), 'utf8').trim().split('\n');
    const truths = lines.map((line) => JSON.parse(line) as { frame: number; seed: number; caption: string });
    expect(truths.map(({ frame, seed }) => [frame, seed])).toEqual([
      [0, 50],
      [1, 50],
      [2, 51],
      [3, 51],
    ]);
    expect(truths[3]!.caption).toBe(new PhantomRenderer(51, 64, 48).render(4).truth.caption);
    expect(await probeMedia(path.join(out, 'video.mp4'))).toMatchObject({ width: 64, height: 48 });
  }, 60_000);
});
