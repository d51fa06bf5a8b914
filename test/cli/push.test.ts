import { describe, expect, it } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { runCli } from '../fixtures/cli.js';
import { CLIP_FRAMES, PushHarness } from '../fixtures/push-harness.js';

interface Line {
  readonly sequence: string;
  readonly frameWidth: number;
}

const parse = (stdout: string): Line[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('surgicam push', () => {
  const harness = PushHarness.use();
  const push = (...args: string[]) => runCli(['push', ...args, '--address', harness.address, '--json']);

  it('sends a file whose format follows from its name, and prints every analysis', async () => {
    const { code, stdout } = await push(join(harness.media, 'clip.ts'));
    expect(code).toBe(0);
    expect(parse(stdout).map(({ sequence }) => Number(sequence))).toEqual([...Array(CLIP_FRAMES).keys()]);
  });

  it('sends a folder of pictures in the order of their names', async () => {
    const folder = join(harness.media, 'pictures');
    mkdirSync(folder);
    for (const width of [30, 4, 100]) {
      const picture = sharp({ create: { width, height: 20, channels: 3, background: 'red' } });
      await picture.toFile(join(folder, `${width}.png`));
    }
    const { code, stdout } = await push(folder);
    expect(code).toBe(0);
    expect(parse(stdout).map(({ frameWidth }) => frameWidth)).toEqual([4, 30, 100]);
  });

  it.each<[string, string[], RegExp]>([
    ['a file that is not there', ['/nowhere/a.ts'], /there is no file named '\/nowhere\/a.ts'/],
    ['standard input without a format', ['-'], /--format is absent; allowed: a container or codec/],
    ['a name that tells no format', [import.meta.filename], /--format is absent; allowed: mpeg-ts, mp4/],
    ['a format that is none', ['a.ts', '--format', 'gif'], /Allowed choices are mpeg-ts/],
    ['raw frames without a size', [import.meta.filename, '--format', 'rgb24'], /configure.source.width is 0/],
    ['what is no video', [import.meta.filename, '--format', 'mp4'], /no video could be read from the pushed/],
  ])('refuses %s', async (_, args, words) => {
    const { code, stderr } = await push(...args);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
