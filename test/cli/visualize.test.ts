import { beforeAll, describe, expect, it } from '@jest/globals';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { stripHeight } from '../../src/pictures/draw-frame.js';
import { probeMedia } from '../../src/video/probe-media.js';
import { CliProcess, runCli, type CliResult } from '../fixtures/cli.js';
import { PROJECT_ROOT } from '../fixtures/requirements.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { writeTestClip } from '../fixtures/test-clip.js';

const folder = temporaryFolder();
const model = `${PROJECT_ROOT}models/phantom-resnet50-w16`;
const inFolder = (name: string): string => join(folder, name);
const scene = inFolder('scene.png');
const clip = inFolder('clip.mp4');
const truth = inFolder('truth.json');
const FRAMES = 8;

beforeAll(async () => {
  const data = inFolder('scenes');
  const one = ['--frames', '1', '--split', 'train', '--seed', '7', '--size', '640x512'];
  await runCli(['phantom', 'render', '--out', data, ...one]);
  copyFileSync(join(data, 'seq_2', 'left_frames', 'frame000.png'), scene);
  writeFileSync(
    truth,
    JSON.stringify({ width: 640, height: 512, boxes: [{ class: 'hook', x1: 64, y1: 64, x2: 320, y2: 256 }] }),
  );
  await writeTestClip(clip, FRAMES);
}, 120_000);

const visualize = (input: string, ...flags: string[]): Promise<CliResult> =>
  runCli(['visualize', input, '--model', model, '--providers', 'cpu', '--log-level', 'error', ...flags]);

async function pixelsOf(
  file: string,
): Promise<{ width: number; height: number; at: (x: number, y: number) => string }> {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return {
    width,
    height,
    at: (x, y) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)].join(),
  };
}

describe('surgicam visualize, a picture', () => {
  it('draws the present classes of a picture', async () => {
    const out = inFolder('a.png');
    const { code, stdout, stderr } = await visualize(scene, '--out', out);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^tissue \d\.\d\d, \d+ box(es)?$/m);
    expect(stdout).toContain(`wrote ${out}`);
    const { width, height } = await pixelsOf(out);
    expect(width).toBeGreaterThan(640 + 200);
    expect(height).toBeGreaterThan(512 + stripHeight({ width: 640, height: 512 }));
  });

  it('draws the ground truth beside it, dashed, at its place', async () => {
    const out = inFolder('b.png');
    const { code } = await visualize(scene, '--out', out, '--ground-truth', truth);
    expect(code).toBe(0);
    const { width, height, at } = await pixelsOf(out);
    expect(width).toBeGreaterThan(2 * 640 + 200);
    // the colour of the class hook on the left and right edge of its box, 256 pixels apart
    const hook = '156,102,31';
    const edges = Array.from({ length: 640 }, (_, i) => 660 + i).filter((x) => {
      const rows = Array.from({ length: height }, (_, y) => at(x, y));
      return rows.filter((colour) => colour === hook).length > 60;
    });
    const wide = edges.at(-1)! - edges[0]! + 1;
    expect(Math.abs(wide - 256)).toBeLessThanOrEqual(2);
  });

  it('shows one panel a class with --all', async () => {
    const one = inFolder('one.png');
    const all = inFolder('all.png');
    await visualize(scene, '--out', one);
    const { code, stdout } = await visualize(scene, '--out', all, '--all', '--class-threshold', '0');
    expect(code).toBe(0);
    expect(stdout.match(/ box(es)?$/gm)).toHaveLength(11);
    const [small, large] = await Promise.all([pixelsOf(one), pixelsOf(all)]);
    // the plain frame and eleven classes
    expect(large.width * large.height).toBeGreaterThan(6 * 640 * 512);
    expect(small.width).toBeLessThan(large.width);
  });

  it('says on the picture and in words that nothing is present', async () => {
    const out = inFolder('c.png');
    const { code, stdout } = await visualize(scene, '--out', out, '--class-threshold', '1');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^no class is present; highest: [a-z ]+ \(\d\.\d\d, threshold 1\.00\)$/m);
    expect(existsSync(out)).toBe(true);
  });

  it('draws one class alone, by name or id', async () => {
    const byName = await visualize(scene, '--out', inFolder('d.png'), '--class', 'Tissue');
    const byId = await visualize(scene, '--out', inFolder('e.png'), '--class', '10');
    expect([byName.code, byId.code]).toEqual([0, 0]);
    expect(readFileSync(inFolder('d.png')).equals(readFileSync(inFolder('e.png')))).toBe(true);
  });

  it('reads the ground truth of EndoVis18, the line of the frame', async () => {
    const boxes = inFolder('seq_1.txt');
    const absent = ', 0, 0, 0, 0'.repeat(8);
    writeFileSync(boxes, `scene, 1, 2, 3, 4\n`);
    const wrong = await visualize(scene, '--ground-truth', boxes, '--out', inFolder('f.png'));
    expect([wrong.code, existsSync(inFolder('f.png'))]).toEqual([1, false]);
    writeFileSync(boxes, `frame000, 128, 128, 640, 512${absent}\nframe001, 0, 0, 0, 0${absent}\n`);
    const unknown = await visualize(scene, '--ground-truth', boxes, '--out', inFolder('f.png'));
    expect(unknown.stderr).toContain('a line for scene; it has frame000 to frame001');
    const { code } = await visualize(
      clip,
      '--ground-truth',
      boxes,
      '--frame',
      '1',
      '--out',
      inFolder('f.png'),
    );
    expect(code).toBe(0);
  });
});

describe('surgicam visualize, a video', () => {
  it('draws one frame of it', async () => {
    const out = inFolder('frame.png');
    const { code } = await visualize(clip, '--frame', String(FRAMES - 1), '--out', out);
    expect(code).toBe(0);
    // 160 pixels are drawn four times as wide
    expect((await pixelsOf(out)).width).toBeGreaterThan(640);
  });

  it('says how many frames there are when there is no such one', async () => {
    const { code, stderr } = await visualize(clip, '--frame', '8', '--out', inFolder('none.png'));
    expect(code).toBe(2);
    expect(stderr).toContain('--frame is 8; allowed: 0 to 7: clip.mp4 has 8 frames');
    expect(existsSync(inFolder('none.png'))).toBe(false);
  });

  it('writes all of it as an .mp4 with as many frames', async () => {
    const out = inFolder('all.mp4');
    const { code, stdout, stderr } = await visualize(clip, '--out', out);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(`${FRAMES} frames\nwrote ${out}\n`);
    const facts = await probeMedia(out);
    expect([facts.frameRate, facts.estimatedFrames, facts.width]).toEqual([25, FRAMES, 640]);
    const again = await visualize(out, '--frame', '99', '--out', inFolder('x.png'));
    expect(again.stderr).toContain(`has ${FRAMES} frames`);
  });

  it('stops after --max-frames', async () => {
    const { stdout } = await visualize(clip, '--out', inFolder('short.mp4'), '--max-frames', '3');
    expect(stdout).toContain('3 frames');
    expect((await probeMedia(inFolder('short.mp4'))).estimatedFrames).toBe(3);
  });

  it('leaves no file behind when it is interrupted', async () => {
    const long = inFolder('long.mp4');
    await writeTestClip(long, 2500);
    const out = inFolder('interrupted.mp4');
    const flags = ['--model', model, '--providers', 'cpu', '--log-level', 'debug', '--out', out];
    const cli = new CliProcess(['visualize', long, ...flags]);
    await cli.waitFor(/ffmpeg started/);
    cli.kill('SIGINT');
    const { code, stderr } = await cli.finished;
    expect(code).toBe(1);
    expect(stderr).toMatch(/stopped after \d+ frames; .*interrupted\.mp4 was not written/);
    expect(readdirSync(folder).filter((name) => name.startsWith('interrupted'))).toEqual([]);
  });
});

describe('surgicam visualize, what it refuses', () => {
  it.each([
    [['--out', 'x.gif'], /--out is "x\.gif"; allowed: a name that ends in \.png/],
    [['--out', '/missing/x.png'], /--out is .*a folder that exists/],
    [['--out', 'x.mp4'], /a \.png for a picture/],
    [['--frame', '1'], /--frame is 1; allowed: 0, or absent, for a still picture/],
    [['--class', 'spoon'], /--class is "spoon"; allowed: 0 bipolar_forceps, 1 prograsp_forceps/],
    [['--class', 'tissue', '--all'], /--class is "tissue"; allowed: absent with --all/],
    [['--max-frames', '2'], /--max-frames is 2; allowed: absent unless/],
    [['--ground-truth', 'x.csv'], /--ground-truth is "x\.csv"; allowed: a \.txt/],
    [['--roi-threshold', '2'], /Allowed: a number from 0 to 1/],
    [['--layers', 'layer9'], /layer9.*layer2, layer3, layer4/],
  ])('%j', async (flags, message) => {
    const out = flags.includes('--out') ? [] : ['--out', inFolder('refused.png')];
    const { code, stderr } = await visualize(scene, ...out, ...flags);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
    expect(existsSync(inFolder('refused.png'))).toBe(false);
  });

  it('an output that would replace the input', async () => {
    const { code, stderr } = await visualize(scene, '--out', scene);
    expect(code).toBe(2);
    expect(stderr).toContain('another file than the input');
  });
});
