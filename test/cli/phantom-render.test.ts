import { describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const folder = temporaryFolder();

const render = (...flags: string[]) => runCli(['phantom', 'render', ...flags]);

describe('surgicam phantom render', () => {
  it('writes a data set and a record of how it was rendered', async () => {
    const out = join(folder, 'out');
    const { code, stderr } = await render(
      ...['--out', out, '--frames', '4', '--seed', '20', '--size', '40x32', '--tools', '10'],
    );
    expect({ code, stderr: stderr.trim() }).toEqual({ code: 0, stderr: `wrote 4 frames to ${out}` });
    expect(JSON.parse(readFileSync(join(out, 'phantom.json'), 'utf8'))).toMatchObject({
      complete: true,
      layout: 'endovis18',
      frames: 4,
      seed: 20,
      seeds: 2,
      width: 40,
      height: 32,
      tools: 10,
      entries: ['seq_2', 'seq_1', 'annotation_tool', 'gt_bbox'],
    });
    expect(readdirSync(join(out, 'seq_2/left_frames'))).toEqual(['frame000.png', 'frame001.png']);
  }, 60_000);

  it.each([
    [['--size', '5x5'], /--size.*16x16 to 4096x4096/],
    [['--tools', '9'], /--tools.*8, 10/],
    [['--validation-share', '1'], /--validation-share.*0\.01 to 0\.99/],
    [['--layout', 'video', '--size', '41x32'], /--size is "41x32"; allowed: even sides/],
    [['--seeds', '2'], /--seeds is 2; allowed: 1 to 1/],
  ])(
    'refuses %j',
    async (flags, message) => {
      const { code, stderr } = await render('--out', join(folder, 'no'), '--frames', '1', ...flags);
      expect(code).toBe(2);
      expect(stderr).toMatch(message);
    },
    60_000,
  );
});
