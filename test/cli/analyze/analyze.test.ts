import { beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { CliProcess, runCli } from '../../fixtures/cli.js';
import { SMALL_CLASSES, writeSmallPackage } from '../../fixtures/small-package.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';
import { CLIP_RATE, writeTestClip } from '../../fixtures/test-clip.js';

interface Line {
  readonly sequence: string;
  readonly mediaTimeUs: string;
  readonly mediaName: string;
  readonly frameWidth: number;
  readonly classScores: readonly { readonly className: string; readonly present: boolean }[];
  readonly detections: readonly unknown[];
  readonly heatmaps: readonly { readonly encoding: string; readonly width: number; readonly data: string }[];
  readonly regionFeatures: readonly { readonly variant: string; readonly values: readonly number[] }[];
}

const folder = temporaryFolder();
const model = join(folder, 'model');
const clip = join(folder, 'clip.mp4');
const FRAMES = 30;
const ON_CPU = ['--providers', 'cpu'];

const parse = (text: string): Line[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

beforeAll(async () => {
  await writeSmallPackage(model);
  await writeTestClip(clip, FRAMES);
  for (const [name, colour] of [
    ['a.png', 'red'],
    ['b.jpg', 'blue'],
  ] as const) {
    await sharp({ create: { width: 48, height: 32, channels: 3, background: colour } }).toFile(
      join(folder, name),
    );
  }
}, 120_000);

const analyze = (inputs: readonly string[], ...flags: string[]): ReturnType<typeof runCli> =>
  runCli(['analyze', ...inputs, '--model', model, ...ON_CPU, ...flags]);

describe('surgicam analyze', () => {
  it('writes every frame of a video, in order, and nothing else to standard output', async () => {
    const { code, stdout } = await analyze([clip], '--out', '-');
    expect(code).toBe(0);
    const lines = parse(stdout);
    expect(lines.map(({ sequence }) => Number(sequence))).toEqual(
      Array.from({ length: FRAMES }, (_, i) => i),
    );
    expect(lines.map(({ mediaTimeUs }) => Number(mediaTimeUs))).toEqual(
      Array.from({ length: FRAMES }, (_, i) => (i * 1_000_000) / CLIP_RATE),
    );
    expect(lines[0]).toMatchObject({ feedId: '', mediaName: 'clip.mp4', frameWidth: 160, frameHeight: 120 });
    expect(lines[0]?.classScores.map(({ className }) => className)).toEqual(SMALL_CLASSES);
  });

  it('takes pictures and videos together, names them, and counts through', async () => {
    const inputs = [join(folder, 'a.png'), clip, join(folder, 'b.jpg')];
    const { code, stdout } = await analyze(inputs, '--out', '-');
    expect(code).toBe(0);
    const lines = parse(stdout);
    expect(lines).toHaveLength(FRAMES + 2);
    expect(lines[0]).toMatchObject({ mediaName: 'a.png', sequence: '0', mediaTimeUs: '0', frameWidth: 48 });
    expect(lines[1]).toMatchObject({ mediaName: 'clip.mp4', sequence: '1', mediaTimeUs: '0' });
    expect(lines.at(-1)).toMatchObject({ mediaName: 'b.jpg', sequence: `${FRAMES + 1}`, frameWidth: 48 });
  });

  it('gives the outputs asked for, at the thresholds asked for', async () => {
    const flags = [
      '--class-threshold',
      '0',
      '--roi-threshold',
      '0.2',
      '--features',
      'sl-fe',
      '--heatmaps',
      'native',
    ];
    const { stdout } = await analyze([join(folder, 'a.png')], ...flags, '--pool', '128,2,2', '--out', '-');
    const [line] = parse(stdout);
    expect(line?.classScores.every(({ present }) => present)).toBe(true);
    expect(line?.heatmaps.map(({ encoding, width }) => [encoding, width])).toEqual(
      SMALL_CLASSES.map(() => ['HEATMAP_ENCODING_NATIVE_F32', 3]),
    );
    for (const { variant, values } of line?.regionFeatures ?? []) {
      expect([variant, values.length]).toEqual(['FEATURE_VARIANT_SL_FE', 512]);
    }
    expect(line?.regionFeatures.length).toBeGreaterThan(0);

    const none = await analyze(
      [join(folder, 'a.png')],
      '--class-threshold',
      '1',
      '--heatmaps',
      'full',
      '--out',
      '-',
    );
    expect(parse(none.stdout)[0]).toMatchObject({ detections: [], heatmaps: [], regionFeatures: [] });
  });

  it('stops after --max-frames', async () => {
    const { code, stdout } = await analyze([clip], '--max-frames', '7', '--out', '-');
    expect([code, parse(stdout).length]).toEqual([0, 7]);
  });

  it('drops what it cannot keep up with when it plays live, and never repeats', async () => {
    const { code, stdout } = await analyze([clip], '--pacing', 'live', '--out', '-');
    const sequences = parse(stdout).map(({ sequence }) => Number(sequence));
    expect(code).toBe(0);
    expect(sequences.length).toBeGreaterThan(0);
    expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
  });

  it('lets a file appear only when it is complete', async () => {
    const out = join(folder, 'complete.jsonl');
    expect((await analyze([clip], '--out', out)).code).toBe(0);
    expect(parse(readFileSync(out, 'utf8'))).toHaveLength(FRAMES);
    expect(existsSync(`${out}.part`)).toBe(false);
  });

  it('keeps what it had when an input turns out to be no video', async () => {
    const broken = join(folder, 'broken.mp4');
    const out = join(folder, 'partial.jsonl');
    writeFileSync(broken, 'this is no video');
    const { code, stderr } = await analyze([clip, broken], '--out', out, '--log-level', 'silent');
    expect(code).toBe(1);
    expect(stderr).toContain('broken.mp4');
    expect(stderr).toContain(`what was analysed is in ${out}.part`);
    expect(stderr).not.toContain('    at ');
    expect(existsSync(out)).toBe(false);
    expect(parse(readFileSync(`${out}.part`, 'utf8'))).toHaveLength(FRAMES);
  });

  it('ends cleanly in the middle of an endless input', async () => {
    const long = join(folder, 'long.mp4');
    await writeTestClip(long, 250);
    const out = join(folder, 'stopped.jsonl');
    const cli = new CliProcess([
      'analyze',
      long,
      '--model',
      model,
      '--pacing',
      'live',
      ...ON_CPU,
      '--out',
      out,
    ]);
    await cli.waitFor(/model loaded/);
    cli.kill('SIGINT');
    const { code, stderr } = await cli.finished;
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: stopped after \d+ frames/);
    expect(existsSync(out)).toBe(false);
  });

  it('ends without a word when nobody reads its output any more', async () => {
    const cli = new CliProcess([
      'analyze',
      clip,
      '--model',
      model,
      ...ON_CPU,
      '--out',
      '-',
      '--log-level',
      'silent',
    ]);
    await cli.waitFor(/"sequence":"0"/);
    cli.leave('stdout');
    expect(await cli.finished).toMatchObject({ code: 0, stderr: '' });
  });

  it('lists every file that is missing before it starts', async () => {
    const { code, stdout, stderr } = await analyze(['no-1.mp4', clip, 'no-2.png', folder], '--out', '-');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      `error: there is no file no-1.mp4; there is no file no-2.png; ${folder} is a folder; name its files, for example ${folder}/*.png\n`,
    );
  });

  it('says what is wrong with a model, a threshold, or a place for the results', async () => {
    const noModel = await runCli(['analyze', clip, '--model', folder, '--out', '-']);
    expect([noModel.code, noModel.stderr]).toEqual([1, expect.stringContaining('no model package in')]);
    const bad = await analyze([clip], '--out', '-', '--roi-threshold', '2');
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining('Allowed: a number from 0 to 1.')]);
    const nowhere = await analyze([join(folder, 'a.png')], '--out', join(folder, 'no', 'out.jsonl'));
    expect([nowhere.code, nowhere.stderr]).toEqual([
      2,
      expect.stringContaining('a file that can be written'),
    ]);
    expect(readdirSync(folder)).not.toContain('no');
  });
});
