import { beforeAll, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readNpy } from '../../src/files/npy.js';
import { goldenCheckpoint, goldenIndex, goldenValues } from '../fixtures/golden.js';
import { largestDifference } from '../fixtures/largest-difference.js';
import { describeWith, PROJECT_ROOT, PYTHON, sharedPath } from '../fixtures/requirements.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

/** What the bench measures must be the reference's work, so its numbers must be the reference's numbers. */
describeWith(['python-torch', 'python-opencv', 'shared'], 'models/training/reference_work.py', () => {
  const folder = temporaryFolder();
  const index = goldenIndex();
  let turn: { readonly frames: number; readonly present: number; readonly ms: { readonly mean: number } };

  beforeAll(() => {
    const script = path.join(PROJECT_ROOT, 'models', 'training', 'reference_work.py');
    const flags = [
      ...['--checkpoint', goldenCheckpoint(), '--pictures', sharedPath('golden', 'frames')],
      ...['--mean', index.mean.join(), '--std', index.std.join(), '--roi-threshold', `${index.roiThreshold}`],
      ...['--features', 'sl-fe,l-fe', '--threads', '1', '--out', folder],
    ];
    const run = spawnSync(PYTHON, [script, ...flags], { encoding: 'utf8' });
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
    turn = JSON.parse(run.stdout) as typeof turn;
  }, 120_000);

  const written = (frame: string, what: string): Float32Array =>
    readNpy(readFileSync(path.join(folder, `${frame}.${what}.npy`))).data as Float32Array;

  it('says how long a frame took', () => {
    const present = index.frames.reduce((sum, frame) => sum + frame.present.length, 0);
    expect(turn).toMatchObject({ frames: index.frames.length, present: present / index.frames.length });
    expect(turn.ms.mean).toBeGreaterThan(0);
  });

  it.each([
    ['logits', 1e-3, ({ logits }) => logits],
    ['gradcam_native', 1e-3, ({ frame }) => goldenValues(`${frame}.gradcam_native`)],
  ] as [string, number, (frame: (typeof index.frames)[number]) => ArrayLike<number>][])(
    'computes the reference %s',
    (what, tolerance, expected) => {
      for (const frame of index.frames) {
        expect(largestDifference(written(frame.frame, what), expected(frame))).toBeLessThan(tolerance);
      }
    },
  );

  it.each([
    ['slfe', 'slfe_512'],
    ['lfe', 'lfe_512'],
  ])('computes the reference %s features', (what, golden) => {
    for (const { frame } of index.frames) {
      const actual = written(frame, what);
      const expected = goldenValues(`${frame}.${golden}`);
      expect(actual).toHaveLength(expected.length);
      for (let row = 0; row < expected.length; row += 512) {
        const values = expected.subarray(row, row + 512);
        const scale = Math.max(...values.map(Math.abs));
        expect(largestDifference(actual.subarray(row, row + 512), values)).toBeLessThan(1e-3 * scale);
      }
    }
  });

  it('finds the reference boxes', () => {
    for (const { frame, classes } of index.frames) {
      const rows = written(frame, 'boxes');
      const actual = Array.from({ length: rows.length / 6 }, (_, i) => rows.slice(6 * i, 6 * i + 5).join());
      const expected = classes.flatMap(({ classId, boxes }) =>
        boxes[`${index.roiThreshold}`]!.map(({ box }) => [classId, ...box].join()),
      );
      expect({ frame, boxes: actual.sort() }).toEqual({ frame, boxes: expected.sort() });
    }
  });
});
