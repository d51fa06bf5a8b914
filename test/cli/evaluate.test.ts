import { beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { EvaluationReport } from '../../src/cli/evaluate/report.js';
import { openDataset } from '../../src/datasets/dataset.js';
import { averagePrecision } from '../../src/evaluation/average-precision.js';
import { boxIou, scaleTruth } from '../../src/evaluation/box-iou.js';
import { loadModelPackage } from '../../src/models/model-package.js';
import { runCli } from '../fixtures/cli.js';
import { writeEndoVis18Tree, writeFolderTree } from '../fixtures/dataset-trees.js';
import { PROJECT_ROOT } from '../fixtures/requirements.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const MODEL = path.join(PROJECT_ROOT, 'models', 'phantom-resnet50-w16');
const folder = temporaryFolder();
const tree = path.join(folder, 'endovis18');
const out = path.join(folder, 'report');
let report: EvaluationReport;

const evaluate = (root: string, to: string, ...flags: string[]) =>
  runCli(['evaluate', root, '--model', MODEL, '--out', to, ...flags]);

/** What `analyze` says of a frame. */
interface Line {
  readonly mediaName: string;
  readonly classScores: readonly { readonly probability: number; readonly present?: boolean }[];
  readonly detections?: readonly {
    readonly classId?: number;
    readonly inputBox: {
      readonly x1?: number;
      readonly y1?: number;
      readonly x2: number;
      readonly y2: number;
    };
  }[];
}

beforeAll(async () => {
  await writeEndoVis18Tree(tree, { sequences: [1, 2], framesPerSequence: 12 });
  const done = await evaluate(tree, out, '--layout', 'endovis18', '--roi-threshold-sweep', '0.1:0.9:0.2');
  expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('mAP') });
  report = JSON.parse(readFileSync(path.join(out, 'report.json'), 'utf8')) as EvaluationReport;
}, 300_000);

describe('surgicam evaluate', () => {
  it("judges every frame at every T_roi of the sweep and at the model's own", () => {
    expect(report).toMatchObject({
      schemaVersion: 1,
      model: { name: 'phantom-resnet50-w16' },
      dataset: { name: 'endovis18', layout: 'endovis18', split: 'all', frames: 24 },
      notes: [],
    });
    expect(report.localization!.sweep.map(({ roiThreshold }) => roiThreshold)).toEqual([
      0.1, 0.3, 0.5, 0.7, 0.9,
    ]);
    for (const { truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn } of report
      .presence!.classes) {
      expect(tp + fp + fn + tn).toBe(24);
    }
  });

  it('says what the analyses of the same frames say', async () => {
    const { description } = await loadModelPackage(MODEL);
    const dataset = await openDataset(tree, { layout: 'endovis18', classes: description.classes });
    const lines = path.join(folder, 'analyses.jsonl');
    const pictures = dataset.frames.map(({ imagePath }) => imagePath!);
    expect(
      await runCli(['analyze', ...pictures, '--model', MODEL, '--roi-threshold', '0.3', '--out', lines]),
    ).toMatchObject({ code: 0 });
    const analyses = readFileSync(lines, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    // A class that some of the frames have and others have not.
    const classId = description.classes.findIndex(
      (_, k) => new Set(dataset.frames.map((frame) => frame.labels![k])).size === 2,
    );
    expect(classId).toBeGreaterThanOrEqual(0);

    const scores = analyses.map(({ classScores }) => classScores[classId]!.probability);
    const labels = dataset.frames.map((frame) => frame.labels![classId]!);
    expect(report.presence!.classes[classId]!.averagePrecision).toBeCloseTo(
      averagePrecision(scores, labels)!,
      6,
    );

    const ious = dataset.frames.flatMap(({ boxes }, i) => {
      const predicted = (analyses[i]!.detections ?? [])
        .filter((detection) => (detection.classId ?? 0) === classId)
        .map(({ inputBox: { x1 = 0, y1 = 0, x2, y2 } }) => ({ x1, y1, x2, y2 }));
      const truth = boxes![classId];
      if (predicted.length === 0) return truth === undefined ? [] : [0];
      const against =
        truth === undefined
          ? { x1: 0, y1: 0, x2: 0, y2: 0 }
          : scaleTruth(
              truth,
              { width: 1280, height: 1024 },
              {
                width: description.inputWidth,
                height: description.inputHeight,
              },
            );
      const sum = predicted.reduce((total, box) => total + boxIou(box, against), 0);
      return [sum / predicted.length];
    });
    const point = report.localization!.sweep.find(({ roiThreshold }) => roiThreshold === 0.3)!;
    const expected = ious.reduce((a, b) => a + b, 0) / ious.length;
    expect(ious.length).toBeGreaterThan(5);
    expect(point.classes[classId]!.meanIou).toBeCloseTo(expected, 6);
  }, 120_000);

  it('makes a page that needs nothing but itself, with a picture of every example', () => {
    const page = readFileSync(path.join(out, 'index.html'), 'utf8');
    expect(page).not.toMatch(/https?:\/\/|<script|<link|url\(/);
    expect(page.match(/src="data:image\/jpeg;base64,/g)).toHaveLength(report.examples.length);
    expect(report.examples.filter(({ kind }) => kind === 'best')).toHaveLength(6);
    for (const { name } of report.examples) expect(page).toContain(name);
    expect(page).toContain('clip applier');
  });

  it('writes the same report again over an earlier one', async () => {
    const before = readFileSync(path.join(out, 'index.html'));
    const flags = ['--layout', 'endovis18', '--roi-threshold-sweep', '0.1:0.9:0.2'];
    expect(await evaluate(tree, out, ...flags)).toMatchObject({ code: 0 });
    expect(readFileSync(path.join(out, 'index.html')).equals(before)).toBe(true);
    expect(readdirSync(out).sort()).toEqual(['index.html', 'report.json']);
  }, 120_000);

  it('says what it cannot judge, and judges the rest', async () => {
    const labelled = path.join(folder, 'labelled');
    const labels = ['monopolar_curved_scissors', 'clip_applier', 'suction', 'tissue'];
    const others = ['bipolar_forceps', 'prograsp_forceps', 'large_needle_driver', 'ultrasound_probe'];
    const newer = ['stapler', 'hook', 'specimen_bag'];
    await writeFolderTree(labelled, {
      sequences: [3],
      framesPerSequence: 4,
      labels: [...labels, ...others, ...newer],
    });
    const to = path.join(folder, 'labels-only');
    const done = await evaluate(labelled, to, '--layout', 'folder');
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('no ground-truth boxes') });
    const written = JSON.parse(readFileSync(path.join(to, 'report.json'), 'utf8')) as EvaluationReport;
    expect(written.localization).toBeUndefined();
    expect(written.presence!.classes).toHaveLength(11);

    rmSync(path.join(labelled, 'labels.csv'));
    const nothing = await evaluate(labelled, path.join(folder, 'none'), '--layout', 'folder');
    expect(nothing).toMatchObject({ code: 1, stderr: expect.stringContaining('neither labels nor boxes') });
    expect(existsSync(path.join(folder, 'none'))).toBe(false);
  }, 120_000);

  it.each([
    [['--roi-threshold-sweep', '0.5:0.1:0.1'], 2, 'from:to:step'],
    [['--box-iou', '0'], 2, 'above 0, at most 1'],
    [['--split', 'test'], 2, 'train, val'],
  ] as const)('refuses %j', async (flags, code, text) => {
    const refused = await evaluate(tree, path.join(folder, 'refused'), '--layout', 'endovis18', ...flags);
    expect(refused).toMatchObject({ code, stderr: expect.stringContaining(text) });
  });

  it('leaves a folder of other things alone', async () => {
    const mine = path.join(folder, 'mine');
    mkdirSync(mine);
    writeFileSync(path.join(mine, 'paper.tex'), '');
    const refused = await evaluate(tree, mine, '--layout', 'endovis18');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('paper.tex') });
  });
});
