import { beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpy } from '../../src/files/npy.js';
import { describeWith, sharedPath } from '../fixtures/requirements.js';
import { runCli } from '../fixtures/cli.js';

const CLASSES = [
  'bipolar_forceps',
  'prograsp_forceps',
  'large_needle_driver',
  'monopolar_curved_scissors',
  'ultrasound_probe',
  'suction',
  'clip_applier',
  'stapler',
  'hook',
  'specimen_bag',
  'tissue',
];

interface GoldenFrame {
  readonly frame: string;
  readonly logits: readonly number[];
  readonly present: readonly number[];
  readonly classes: readonly {
    readonly classId: number;
    readonly boxes: Readonly<
      Record<string, readonly { readonly box: readonly number[]; readonly confidence: number }[]>
    >;
  }[];
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
    readonly inputBox: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };
  }[];
  readonly heatmaps: readonly { readonly classId: number; readonly width: number; readonly data: string }[];
  readonly regionFeatures: readonly { readonly classId: number; readonly values: readonly number[] }[];
}

const floats = (base64: string): Float32Array =>
  new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer);
const golden = (name: string): string => sharedPath('golden', 'expected', name);

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let largest = 0;
  for (let i = 0; i < actual.length; i++) largest = Math.max(largest, Math.abs(actual[i]! - expected[i]!));
  return largest;
}

/** The published implementation's own numbers, through the commands a researcher would type. */
describeWith('shared', 'golden numbers through `model import` and `analyze`', () => {
  const folder = mkdtempSync(join(tmpdir(), 'surgicam-golden-'));
  const model = join(folder, 'golden');
  const frames = readdirSync(sharedPath('golden', 'frames')).sort();
  const index = JSON.parse(readFileSync(sharedPath('golden', 'index.json'), 'utf8')) as {
    readonly mean: readonly number[];
    readonly std: readonly number[];
    readonly frames: readonly GoldenFrame[];
  };

  async function analyze(name: string, ...flags: string[]): Promise<Map<string, AnalysisLine>> {
    const out = join(folder, `${name}.jsonl`);
    const paths = frames.map((frame) => sharedPath('golden', 'frames', frame));
    const result = await runCli(['analyze', ...paths, '--model', model, ...flags, '--out', out]);
    expect([result.code, result.stderr]).toEqual([0, expect.any(String)]);
    const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(frames.length);
    const analyses = lines.map((line) => JSON.parse(line) as AnalysisLine);
    return new Map(analyses.map((line) => [line.mediaName.replace(/^.*\//, '').replace('.png', ''), line]));
  }

  beforeAll(async () => {
    const imported = await runCli([
      ...['model', 'import', sharedPath('golden', 'checkpoint.pth.tar')],
      ...['--classes', CLASSES.join(','), '--name', 'golden', '--out', model],
      ...['--mean', index.mean.join(','), '--std', index.std.join(',')],
    ]);
    expect(imported).toMatchObject({ code: 0 });
  }, 120_000);

  it('gives logits, native Grad-CAM and SL-FE within the tolerances', async () => {
    const lines = await analyze(
      'native',
      '--features',
      'sl-fe',
      '--heatmaps',
      'native',
      '--roi-threshold',
      '0.3',
    );
    for (const { frame, logits, present } of index.frames) {
      const line = lines.get(frame)!;
      expect(
        largestDifference(
          line.classScores.map((score) => score.logit),
          logits,
        ),
      ).toBeLessThan(1e-3);
      expect(line.classScores.filter((score) => score.present).map((score) => score.classId)).toEqual(
        present,
      );

      const maps = readNpy(readFileSync(golden(`${frame}.gradcam_native.npy`)));
      const actualMaps = line.heatmaps.map((heatmap) => [...floats(heatmap.data)]).flat();
      expect(line.heatmaps.map((heatmap) => heatmap.classId)).toEqual(present);
      expect(largestDifference(actualMaps, maps.data as Float32Array)).toBeLessThan(1e-3);

      const features = readNpy(readFileSync(golden(`${frame}.slfe_512.npy`))).data as Float32Array;
      for (const [row, feature] of line.regionFeatures.entries()) {
        const expected = features.subarray(row * 512, (row + 1) * 512);
        const scale = Math.max(...expected.map(Math.abs));
        expect(largestDifference(feature.values, expected) / scale).toBeLessThan(1e-3);
      }
      expect(line.regionFeatures).toHaveLength(features.length / 512);
    }
  }, 120_000);

  it('gives full-size Grad-CAM within the tolerance', async () => {
    const lines = await analyze('full', '--heatmaps', 'full');
    for (const { frame } of index.frames.slice(0, 8)) {
      const expected = readNpy(readFileSync(golden(`${frame}.gradcam_full.npy`))).data as Float32Array;
      const actual = lines.get(frame)!.heatmaps.flatMap((heatmap) => [...floats(heatmap.data)]);
      expect(largestDifference(actual, expected)).toBeLessThan(1e-3);
    }
  }, 120_000);

  it.each(['0.1', '0.3', '0.5'])(
    'gives the reference boxes at T_roi %s',
    async (threshold) => {
      const lines = await analyze(`boxes-${threshold}`, '--roi-threshold', threshold);
      let compared = 0;
      for (const { frame, classes } of index.frames) {
        for (const { classId, boxes } of classes) {
          const detections = lines
            .get(frame)!
            .detections.filter((detection) => detection.classId === classId);
          const actual = detections.map(({ inputBox: b }) => [b.x1, b.y1, b.x2, b.y2].join()).sort();
          const expected = boxes[threshold]!.map(({ box }) => box.join()).sort();
          expect({ frame, classId, boxes: actual }).toEqual({ frame, classId, boxes: expected });
          for (const { box, confidence } of boxes[threshold]!) {
            const match = detections.find(
              ({ inputBox: b }) => [b.x1, b.y1, b.x2, b.y2].join() === box.join(),
            )!;
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
