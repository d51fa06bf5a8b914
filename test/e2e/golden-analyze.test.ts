import { beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../fixtures/cli.js';
import { GOLDEN_CLASSES, goldenCheckpoint, goldenIndex, goldenValues } from '../fixtures/golden.js';
import { largestDifference } from '../fixtures/largest-difference.js';
import { describeWith, sharedPath } from '../fixtures/requirements.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

interface Box {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

interface AnalysisLine {
  readonly mediaName: string;
  readonly classScores: readonly {
    readonly classId: number;
    readonly logit: number;
    readonly present: boolean;
  }[];
  readonly detections: readonly {
    readonly classId: number;
    readonly confidence: number;
    readonly inputBox: Box;
  }[];
  readonly heatmaps: readonly { readonly classId: number; readonly width: number; readonly data: string }[];
  readonly regionFeatures: readonly {
    readonly classId: number;
    readonly variant: string;
    readonly inputBox?: Box;
    readonly values: readonly number[];
  }[];
}

const floats = (base64: string): Float32Array =>
  new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer);
const boxText = ({ x1, y1, x2, y2 }: Box): string => [x1, y1, x2, y2].join();

/** Largest difference relative to the expected row's largest entry. */
function rowDifference(actual: readonly number[], expected: Float32Array): number {
  return largestDifference(actual, expected) / Math.max(...expected.map(Math.abs));
}

function cosine(a: readonly number[], b: Float32Array): number {
  const dot = (x: ArrayLike<number>, y: ArrayLike<number>): number => {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
    return sum;
  };
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** The published implementation's own numbers, through the commands a researcher would type. */
describeWith('shared', 'golden numbers through `model import` and `analyze`', () => {
  const folder = temporaryFolder();
  const model = join(folder, 'golden');
  const index = goldenIndex();
  const rowOf = (values: Float32Array, row: number): Float32Array =>
    values.subarray(row * 512, (row + 1) * 512);

  async function analyze(...flags: string[]): Promise<Map<string, AnalysisLine>> {
    const out = join(folder, `${flags.join('')}.jsonl`);
    const paths = index.frames.map(({ frame }) => sharedPath('golden', 'frames', `${frame}.png`));
    const result = await runCli(['analyze', ...paths, '--model', model, ...flags, '--out', out]);
    expect([result.code, result.stderr]).toEqual([0, expect.any(String)]);
    const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(index.frames.length);
    const analyses = lines.map((line) => JSON.parse(line) as AnalysisLine);
    return new Map(analyses.map((line) => [line.mediaName.replace(/^.*\//, '').replace('.png', ''), line]));
  }

  beforeAll(async () => {
    const imported = await runCli([
      ...['model', 'import', goldenCheckpoint()],
      ...['--classes', GOLDEN_CLASSES.join(','), '--name', 'golden', '--out', model],
      ...['--mean', index.mean.join(','), '--std', index.std.join(',')],
    ]);
    expect(imported).toMatchObject({ code: 0 });
  }, 120_000);

  it('gives logits and native Grad-CAM within the tolerances', async () => {
    const lines = await analyze('--heatmaps', 'native', '--roi-threshold', '0.3');
    for (const { frame, logits, present } of index.frames) {
      const { classScores, heatmaps } = lines.get(frame)!;
      const actual = classScores.map((score) => score.logit);
      expect(largestDifference(actual, logits)).toBeLessThan(1e-3);
      expect(classScores.filter((score) => score.present).map((score) => score.classId)).toEqual(present);
      expect(heatmaps.map((heatmap) => heatmap.classId)).toEqual(present);
      const maps = heatmaps.flatMap((heatmap) => [...floats(heatmap.data)]);
      expect(largestDifference(maps, goldenValues(`${frame}.gradcam_native`))).toBeLessThan(1e-3);
    }
  }, 120_000);

  it.each([
    ['grad-cam', 'gradcam_full', 8],
    ['grad-cam++', 'gradcampp_full', 2],
  ])(
    'gives full-size %s within the tolerance',
    async (method, name, frames) => {
      const lines = await analyze('--heatmaps', 'full', '--cam', method);
      for (const { frame } of index.frames.slice(0, frames)) {
        const actual = lines.get(frame)!.heatmaps.flatMap((heatmap) => [...floats(heatmap.data)]);
        expect(largestDifference(actual, goldenValues(`${frame}.${name}`))).toBeLessThan(1e-3);
      }
    },
    120_000,
  );

  it.each(['512,1,1', '128,2,2', '32,4,4'])(
    'gives SL-FE of pool size %s within the tolerance',
    async (pool) => {
      const lines = await analyze('--features', 'sl-fe', '--pool', pool, '--roi-threshold', '0.3');
      for (const { frame, present } of index.frames) {
        const expected = goldenValues(`${frame}.slfe_${pool.split(',')[0]}`);
        const { regionFeatures } = lines.get(frame)!;
        expect(regionFeatures.map(({ classId }) => classId)).toEqual(present);
        for (const [row, { values }] of regionFeatures.entries()) {
          expect(rowDifference(values, rowOf(expected, row))).toBeLessThan(1e-3);
        }
      }
    },
    120_000,
  );

  it.each([
    ['l-fe', '512,1,1'],
    ['l-fe', '128,2,2'],
    ['l-fe', '32,4,4'],
    ['ln-fe', '512,1,1'],
    ['ln-fe', '128,2,2'],
  ])(
    'gives %s of pool size %s within the tolerance, a region for a region',
    async (variant, pool) => {
      const lines = await analyze('--features', variant, '--pool', pool, '--roi-threshold', '0.3');
      for (const { frame, regions } of index.frames) {
        const expected = goldenValues(`${frame}.${variant.replace('-', '')}_${pool.split(',')[0]}`);
        const { regionFeatures } = lines.get(frame)!;
        const named = regionFeatures.map(({ classId, inputBox }) => `${classId} ${boxText(inputBox!)}`);
        expect([...named].sort()).toEqual(
          regions.map(({ classId, box }) => `${classId} ${box.join()}`).sort(),
        );
        expect(regionFeatures.map(({ classId }) => classId)).toEqual(regions.map(({ classId }) => classId));
        for (const [row, { classId, box }] of regions.entries()) {
          const { values } = regionFeatures[named.indexOf(`${classId} ${box.join()}`)]!;
          if (variant === 'l-fe') expect(rowDifference(values, rowOf(expected, row))).toBeLessThan(1e-3);
          else expect(cosine(values, rowOf(expected, row))).toBeGreaterThanOrEqual(0.999);
        }
      }
    },
    120_000,
  );

  it.each(['0.1', '0.3', '0.5'])(
    'gives the reference boxes at T_roi %s',
    async (threshold) => {
      const lines = await analyze('--roi-threshold', threshold);
      let compared = 0;
      for (const { frame, classes } of index.frames) {
        for (const { classId, boxes } of classes) {
          const detections = lines
            .get(frame)!
            .detections.filter((detection) => detection.classId === classId);
          const actual = detections.map(({ inputBox }) => boxText(inputBox)).sort();
          const expected = boxes[threshold]!.map(({ box }) => box.join()).sort();
          expect({ frame, classId, boxes: actual }).toEqual({ frame, classId, boxes: expected });
          for (const { box, confidence } of boxes[threshold]!) {
            const match = detections.find(({ inputBox }) => boxText(inputBox) === box.join())!;
            expect(Math.abs(match.confidence - confidence)).toBeLessThan(1e-3);
          }
          compared += expected.length;
        }
      }
      expect(compared).toBeGreaterThan(16);
    },
    120_000,
  );
});
