import path from 'node:path';
import type { CurvePoint } from '../../evaluation/average-precision.js';
import { meanAveragePrecision } from '../../evaluation/presence-scores.js';
import type { ModelPackage } from '../../models/model-package.js';
import type { Dataset } from '../../datasets/dataset.js';
import type { Evaluation } from './evaluation.js';
import type {
  EvaluationReport,
  ExampleFrame,
  LocalizationPoint,
  LocalizationReport,
  PointingReport,
  PresenceReport,
} from './report.js';
import type { SweepRecipe } from './sweep.js';

/** Points of a curve in the report: as many as can be seen. */
const MOST_POINTS = 200;

export interface ReportFacts {
  readonly root: string;
  readonly split?: string;
  readonly dataset: Dataset;
  readonly pkg: ModelPackage;
  readonly sweep: readonly SweepRecipe[];
  /** Index in the sweep of the T_roi that frames were judged by. */
  readonly own: number;
  readonly boxIou: number;
}

export function makeReport(evaluation: Evaluation, facts: ReportFacts): EvaluationReport {
  const { root, split, dataset, pkg, sweep, own, boxIou } = facts;
  const { recipe } = sweep[own]!.keyed;
  const notes: string[] = [];
  const { frames, labelled, boxed } = evaluation;
  if (labelled === 0) notes.push('The data set has no labels, so presence is not judged.');
  else if (labelled < frames) notes.push(`${frames - labelled} of ${frames} frames have no labels.`);
  if (boxed === 0) notes.push('The data set has no ground-truth boxes, so localization is not judged.');
  else if (boxed < frames) notes.push(`${frames - boxed} of ${frames} frames have no ground-truth boxes.`);
  return {
    schemaVersion: 1,
    model: {
      name: pkg.description.name,
      version: pkg.description.version,
      sha256: pkg.manifest.graph.sha256,
    },
    dataset: {
      name: path.basename(path.resolve(root)),
      layout: dataset.layout,
      split: split ?? 'all',
      frames,
    },
    settings: {
      cam: recipe.cam.method,
      layers: recipe.cam.layers,
      classThresholds: recipe.classThresholds,
      roiThresholds: recipe.roiThresholds,
      boxIou,
    },
    ...(labelled === 0 ? {} : { presence: presenceReport(evaluation, dataset.classes) }),
    ...(boxed === 0 ? {} : { localization: localizationReport(evaluation, sweep, dataset.classes) }),
    ...(evaluation.masked === 0 ? {} : { pointing: pointingReport(evaluation, dataset.classes) }),
    examples: exampleFrames(evaluation, dataset),
    notes,
  };
}

function presenceReport({ presence }: Evaluation, classes: readonly string[]): PresenceReport {
  const summaries = presence.summaries();
  return {
    mAP: meanAveragePrecision(summaries) ?? null,
    subsetAccuracy: presence.subsetAccuracy,
    classes: summaries.map((summary, k) => {
      const { truePositives: tp, falsePositives: fp, falseNegatives: fn, curve, ...rest } = summary;
      return {
        name: classes[k]!,
        ...rest,
        averagePrecision: summary.averagePrecision ?? null,
        precision: ratio(tp, tp + fp),
        recall: ratio(tp, tp + fn),
        f1: ratio(2 * tp, 2 * tp + fp + fn),
        truePositives: tp,
        falsePositives: fp,
        falseNegatives: fn,
        curve: thinned(curve).map(({ recall, precision }) => [recall, precision] as const),
      };
    }),
  };
}

function localizationReport(
  { localization }: Evaluation,
  sweep: readonly SweepRecipe[],
  names: readonly string[],
): LocalizationReport {
  const points = localization.map((scores, i): LocalizationPoint => {
    const classes = scores.classes();
    return {
      roiThreshold: sweep[i]!.roiThreshold,
      meanIou: mean(classes.map(({ meanIou }) => meanIou)),
      boxAp: mean(classes.map(({ boxAp }) => boxAp)),
      classes: classes.map(({ meanIou, boxAp }, k) => ({
        name: names[k]!,
        meanIou: meanIou ?? null,
        boxAp: boxAp ?? null,
      })),
    };
  });
  const best = points.reduce((a, b) => ((b.meanIou ?? -1) > (a.meanIou ?? -1) ? b : a));
  return { sweep: points, bestRoiThreshold: best.roiThreshold };
}

function pointingReport({ pointing, masked }: Evaluation, names: readonly string[]): PointingReport {
  const classes = pointing.classes().map(({ hits, total }, k) => {
    return { name: names[k]!, hits, total, accuracy: ratio(hits, total) };
  });
  const sum = (key: 'hits' | 'total'): number => classes.reduce((all, row) => all + row[key], 0);
  return {
    accuracy: ratio(sum('hits'), sum('total')),
    meanClassAccuracy: mean(classes.map(({ accuracy }) => accuracy ?? undefined)),
    frames: masked,
    classes,
  };
}

function exampleFrames({ examples }: Evaluation, { frames }: Dataset): ExampleFrame[] {
  const named = (kind: ExampleFrame['kind']) =>
    examples[kind].map(({ index, score }): ExampleFrame => {
      const { video, name } = frames[index]!;
      return { kind, video, name, score };
    });
  return [...named('best'), ...named('worst')];
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function mean(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length;
}

/** Evenly spaced points, the last one among them. */
function thinned(curve: readonly CurvePoint[]): readonly CurvePoint[] {
  if (curve.length <= MOST_POINTS) return curve;
  const step = (curve.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, i) => curve[Math.round(i * step)]!);
}
