import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { readNpy } from '../../src/files/npy.js';
import { CliProcess, runCli } from '../fixtures/cli.js';
import { writeEndoVis18Tree } from '../fixtures/dataset-trees.js';
import { GOLDEN_CLASSES, goldenCheckpoint, goldenIndex, goldenValues } from '../fixtures/golden.js';
import { PROJECT_ROOT, PYTHON, describeWith, sharedPath } from '../fixtures/requirements.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const MODEL = path.join(PROJECT_ROOT, 'models', 'phantom-resnet50-w16');
const SEQUENCES = [1, 2, 5, 16];
const FRAMES = 50;

const folder = temporaryFolder();
const tree = path.join(folder, 'endovis18');
beforeAll(() => writeEndoVis18Tree(tree, { sequences: SEQUENCES, framesPerSequence: FRAMES }), 300_000);

const extract = (out: string, ...flags: string[]) =>
  runCli(['extract', tree, '--layout', 'endovis18', '--model', MODEL, '--out', out, ...flags]);

/** Every file below a folder with the hash of its bytes. */
function hashes(root: string): Record<string, string> {
  const names = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
  return Object.fromEntries(
    names.sort().map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(path.join(root, name)))
        .digest('hex'),
    ]),
  );
}

describe('surgicam extract', () => {
  it('writes a stack a frame, a feature and a picture a region, and the same bytes again', async () => {
    const [first, second] = [path.join(folder, 'first'), path.join(folder, 'second')];
    const done = await extract(first, '--variant', 'l-fe');
    expect(done).toMatchObject({ code: 0, stdout: expect.stringMatching(/^200 of 200 frames are in /) });
    const files = Object.keys(hashes(first));
    const stacks = files.filter((name) => name.endsWith('.npy'));
    expect(stacks).toHaveLength(SEQUENCES.length * FRAMES);
    expect(stacks).toContain('seq_16/frame049.npy');
    const regions = files.filter((name) => name.endsWith('.npz'));
    expect(files.filter((name) => name.endsWith('.png'))).toHaveLength(regions.length);
    const rows = stacks.map((name) => readNpy(readFileSync(path.join(first, name))).shape);
    expect(rows.reduce((sum, [count]) => sum + count!, 0)).toBe(regions.length);
    expect(new Set(rows.map(([, length]) => length))).toEqual(new Set([512]));
    const named = regions.map((name) => /frame\d{3}_(\d+)_\d+_(\d+),(\d+),(\d+),(\d+)\.npz$/.exec(name)!);
    // Tissue is class 10 of the eleven.
    expect(named.some(([, classId]) => classId === '10')).toBe(true);
    const [, , x1, y1, x2, y2] = named[0]!.map(Number);
    const { width, height } = await sharp(
      path.join(first, named[0]!.input.replace('.npz', '.png')),
    ).metadata();
    expect([width, height]).toEqual([x2! - x1!, y2! - y1!]);

    expect(await extract(second, '--variant', 'l-fe')).toMatchObject({ code: 0 });
    expect(hashes(second)).toEqual(hashes(first));
  }, 300_000);

  it('goes on where it stopped, and then holds what one run would', async () => {
    const [whole, parts] = [path.join(folder, 'whole'), path.join(folder, 'parts')];
    const flags = ['--variant', 'ln-fe', '--split', 'val', '--max-frames', '60'];
    expect(await extract(whole, ...flags)).toMatchObject({ code: 0 });
    expect(await extract(parts, ...flags.slice(0, -1), '25')).toMatchObject({ code: 0 });
    // As if the process had been killed between a region and its stack.
    rmSync(path.join(parts, 'seq_1', 'frame003.npy'));
    const resumed = await extract(parts, ...flags);
    expect(resumed.stdout).toMatch(/^60 of 60 frames are in .*, 24 of them by an earlier run; \d+ regions/);
    expect(hashes(parts)).toEqual(hashes(whole));
    const again = await extract(parts, ...flags);
    expect(again.stdout).toMatch(/60 of them by an earlier run; 0 regions/);
  }, 300_000);

  it('stops on a signal after the frames in flight, says how to go on, and goes on to the same bytes', async () => {
    const [whole, parts] = [path.join(folder, 'uninterrupted'), path.join(folder, 'interrupted')];
    expect(await extract(whole)).toMatchObject({ code: 0 });
    const first = path.join(parts, 'seq_1');
    mkdirSync(first, { recursive: true });
    copyFileSync(path.join(whole, 'extract.json'), path.join(parts, 'extract.json'));
    const started = new Promise<void>((resolve) => {
      const watcher = watch(first, (_, name) => {
        if (name?.endsWith('.npy') !== true) return;
        watcher.close();
        resolve();
      });
    });
    const args = ['extract', tree, '--layout', 'endovis18', '--model', MODEL, '--out', parts];
    const process = new CliProcess(args);
    await started;
    process.kill('SIGINT');
    const { code, stderr } = await process.finished;
    expect(code).toBe(1);
    expect(stderr).toMatch(/stopped after \d+ of 200 frames; run it again to go on/);
    expect(await extract(parts)).toMatchObject({ code: 0 });
    expect(hashes(parts)).toEqual(hashes(whole));
  }, 300_000);

  it('names settings that differ, and begins anew when told to', async () => {
    const out = path.join(folder, 'differing');
    const few = ['--max-frames', '3'];
    expect(await extract(out, ...few)).toMatchObject({ code: 0 });
    expect(readdirSync(path.join(out, 'seq_1')).some((name) => name.endsWith('_0_0,0,480,384.npz'))).toBe(
      true,
    );
    expect(readdirSync(path.join(out, 'seq_1')).some((name) => name.endsWith('.png'))).toBe(false);
    const refused = await extract(out, ...few, '--variant', 'l-fe', '--roi-threshold', '0.5');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('variant was "sl-fe" and is "l-fe"');
    expect(refused.stderr).toContain('roiThresholds was');
    writeFileSync(path.join(out, 'seq_1', 'notes.txt'), 'mine');
    expect(await extract(out, ...few, '--variant', 'l-fe', '--no-crops', '--force')).toMatchObject({
      code: 0,
    });
    const files = readdirSync(path.join(out, 'seq_1'));
    expect(files.some((name) => name.endsWith('_0_0,0,480,384.npz') && !name.includes('_10_'))).toBe(false);
    expect(files).toContain('notes.txt');
  }, 120_000);

  it('leaves a folder of other things alone', async () => {
    const out = path.join(folder, 'thesis');
    mkdirSync(out);
    writeFileSync(path.join(out, 'chapter1.tex'), '');
    const refused = await extract(out);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('chapter1.tex') });
    expect(readdirSync(out)).toEqual(['chapter1.tex']);
  });
});

describeWith('python', 'surgicam extract and NumPy', () => {
  it.each(['sl-fe', 'ln-fe'])(
    'agrees with itself row by row (%s)',
    async (variant) => {
      const out = path.join(folder, `numpy-${variant}`);
      expect(await extract(out, '--variant', variant, '--max-frames', '30')).toMatchObject({ code: 0 });
      const script = path.join(PROJECT_ROOT, 'test', 'fixtures', 'compare-extracted.py');
      const said = JSON.parse(execFileSync(PYTHON, [script, out], { encoding: 'utf8' })) as { rows: number };
      expect(said).toEqual({ frames: 30, rows: expect.any(Number) });
      expect(said.rows).toBeGreaterThan(30);
    },
    120_000,
  );
});

describeWith('shared', 'surgicam extract of the golden frames', () => {
  const model = path.join(folder, 'golden-model');
  const index = goldenIndex();
  beforeAll(async () => {
    const imported = await runCli([
      ...['model', 'import', goldenCheckpoint(), '--name', 'golden', '--out', model],
      ...[
        '--classes',
        GOLDEN_CLASSES.join(','),
        '--mean',
        index.mean.join(','),
        '--std',
        index.std.join(','),
      ],
    ]);
    expect(imported).toMatchObject({ code: 0 });
  }, 120_000);

  const root = sharedPath('golden', 'frames');
  const largest = (values: Float32Array) => Math.max(...values.map(Math.abs));
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const relativeError = (a: Float32Array, b: Float32Array) =>
    largest(a.map((value, i) => value - b[i]!)) / largest(b);
  const cosineDistance = (a: Float32Array, b: Float32Array) =>
    1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

  // LN-FE resizes crops, which libraries do differently: its direction is compared.
  it.each([
    ['sl-fe', '512,1,1', 'slfe_512', relativeError],
    ['sl-fe', '32,4,4', 'slfe_32', relativeError],
    ['l-fe', '512,1,1', 'lfe_512', relativeError],
    ['l-fe', '32,4,4', 'lfe_32', relativeError],
    ['ln-fe', '512,1,1', 'lnfe_512', cosineDistance],
    ['ln-fe', '128,2,2', 'lnfe_128', cosineDistance],
  ])(
    'stacks the features of the reference implementation (%s, pool %s)',
    async (variant, pool, name, distance) => {
      const out = path.join(folder, `golden-${name}`);
      const done = await runCli([
        ...['extract', root, '--layout', 'folder', '--model', model, '--out', out],
        ...['--variant', variant, '--pool', pool, '--roi-threshold', '0.3', '--no-crops'],
      ]);
      expect(done).toMatchObject({ code: 0 });
      for (const { frame } of index.frames) {
        const { data, shape } = readNpy(readFileSync(path.join(out, 'frames', `${frame}.npy`)));
        const expected = goldenValues(`${frame}.${name}`);
        expect(shape).toEqual([expected.length / 512, 512]);
        for (let row = 0; row < shape[0]!; row++) {
          const part = (values: Float32Array) => values.subarray(row * 512, (row + 1) * 512);
          expect(distance(part(data as Float32Array), part(expected))).toBeLessThan(1e-3);
        }
      }
    },
    120_000,
  );
});
