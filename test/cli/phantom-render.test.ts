import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNpy } from '../../src/files/npy.js';
import { registerPhantomRender } from '../../src/cli/commands/phantom-render.js';
import { createProgram } from '../../src/cli/program.js';
import { PhantomRenderer } from '../../src/video/phantom/renderer.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const folder = temporaryFolder();

describe('surgicam phantom render', () => {
  it('writes frames, labels and boxes of several scenes', async () => {
    const program = createProgram();
    registerPhantomRender(program);
    const flags = [
      '--layout',
      'arrays',
      '--out',
      folder,
      '--frames',
      '6',
      '--seed',
      '20',
      '--seeds',
      '2',
      '--size',
      '40x32',
      '--every',
      '50',
    ];
    await program.parseAsync(['node', 'surgicam', 'phantom', 'render', ...flags]);

    const frames = readNpy(readFileSync(join(folder, 'frames.npy')));
    const labels = readNpy(readFileSync(join(folder, 'labels.npy')));
    const scene = JSON.parse(readFileSync(join(folder, 'scene.json'), 'utf8')) as {
      classes: string[];
      frames: { seed: number; time: number }[];
    };
    expect(frames.shape).toEqual([6, 32, 40, 3]);
    expect(labels.shape).toEqual([6, scene.classes.length]);
    expect(scene.frames.map(({ seed, time }) => [seed, time])).toEqual([
      [20, 0],
      [20, 2],
      [20, 4],
      [21, 0],
      [21, 2],
      [21, 4],
    ]);
    const { pixels, truth } = new PhantomRenderer(21, 40, 32).render(2);
    const drawn = frames.data.subarray(4 * pixels.length, 5 * pixels.length) as Uint8Array;
    expect(Buffer.compare(drawn, pixels)).toBe(0);
    const labelled = labels.data.subarray(4 * 11, 5 * 11) as Uint8Array;
    expect([...labelled]).toEqual(truth.present.map(Number));
  });

  it('refuses a size that makes no sense', async () => {
    const program = createProgram().configureOutput({ writeErr: () => undefined });
    registerPhantomRender(program);
    const flags = ['--out', folder, '--frames', '1', '--size', '5x5'];
    await expect(program.parseAsync(['node', 'surgicam', 'phantom', 'render', ...flags])).rejects.toThrow(
      /WIDTHxHEIGHT|16 to 4096/,
    );
  });
});
