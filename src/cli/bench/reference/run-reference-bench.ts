import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import type { FeatureRequest } from '../../../domain/analysis-recipe.js';
import type { InferenceEngine } from '../../../inference/inference-engine.js';
import { median } from '../../terminal/rate-meter.js';
import { startPythonTurns, type PythonProcess } from './python-turns.js';
import type { ReferenceModel } from './reference-materials.js';
import type { ReferenceReport, ReferenceRow, Spread } from './reference-report.js';
import { sameWork } from './same-work.js';
import { ServiceTurns } from './service-turns.js';

export interface ReferenceBenchOptions {
  readonly engine: InferenceEngine;
  readonly model: ReferenceModel;
  readonly pictures: { readonly folder: string; readonly files: readonly string[] };
  readonly python: string;
  /** Of either side. */
  readonly threads: number;
  /** Numbers of classes that count as present. */
  readonly present: readonly number[];
  readonly rounds: number;
  readonly features: FeatureRequest & { readonly variant: 'sl_fe' | 'l_fe' };
  /** How far the script's backward pass goes: through the whole network, as the reference's, or to layer4 alone. */
  readonly backward: 'network' | 'activation';
  /** For files made on the way. */
  readonly folder: string;
  readonly onStep: (step: string) => void;
}

/** Ours takes a fraction of the time: it gets the pictures more often, for a turn long enough to be measured. */
const OUR_REPEATS = 4;

/** Measures both sides in turns on one machine: its other work slows both down alike. */
export async function runReferenceBench(options: ReferenceBenchOptions): Promise<ReferenceReport> {
  const { engine, model, pictures, present, onStep } = options;
  onStep('starting both sides');
  const loaded = await engine.load(model.pkg);
  const ours = await ServiceTurns.prepare(engine, loaded, pictures.files, options.features);
  const python = await startPythonTurns(options.python, scriptFlags(options));
  try {
    const ranking = await classRanking(ours, pictures.files.length);
    const rows: ReferenceRow[] = [];
    for (const count of present) {
      const classIds = ranking.slice(0, count).sort((a, b) => a - b);
      rows.push(await measureRow(options, ours, python, classIds));
    }
    const { name, architecture, classes } = model.pkg.manifest;
    return {
      machine: { cores: availableParallelism(), processor: cpus()[0]?.model ?? 'unknown' },
      versions: { node: process.version, torch: python.torch },
      model: { name, architecture, classes: classes.length },
      threads: options.threads,
      layout: engine.layout,
      frames: pictures.files.length,
      rounds: options.rounds,
      features: options.features.variant,
      backward: options.backward,
      rows,
    };
  } finally {
    await python.stop();
  }
}

async function measureRow(
  { pictures, rounds, folder, features, onStep }: ReferenceBenchOptions,
  ours: ServiceTurns,
  python: PythonProcess,
  classIds: readonly number[],
): Promise<ReferenceRow> {
  const out = join(folder, 'first-frame');
  const [analysis] = await ours.analyses(classIds, 1);
  await python.turn({ classIds, frames: 1, out });
  const variant = features.variant === 'sl_fe' ? 'slfe' : 'lfe';
  const same = await sameWork(analysis!, pictures.files[0]!, out, variant);
  const turns: { ours: number; reference: number }[] = [];
  for (let round = 1; round <= rounds; round++) {
    onStep(`${classIds.length} present, round ${round} of ${rounds}`);
    const oursMs = await ours.measure(classIds, OUR_REPEATS);
    const { ms } = await python.turn({ classIds, frames: pictures.files.length, out: null });
    turns.push({ ours: oursMs, reference: ms.median });
  }
  const oursMs = spreadOf(turns.map((turn) => turn.ours));
  const referenceMs = spreadOf(turns.map((turn) => turn.reference));
  return {
    present: classIds.length,
    classIds,
    oursMs,
    referenceMs,
    ratio: spreadOf(turns.map((turn) => turn.reference / turn.ours)),
    fastestRatio: referenceMs.least / oursMs.least,
    same,
  };
}

/** Class ids, the most probable one of the pictures first. */
async function classRanking(ours: ServiceTurns, count: number): Promise<number[]> {
  const analyses = await ours.analyses([], count);
  const sums = analyses.reduce<readonly number[]>(
    (total, { facts }) => [...facts.logits].map((logit, id) => logit + (total[id] ?? 0)),
    [],
  );
  return sums.map((_, id) => id).sort((a, b) => sums[b]! - sums[a]!);
}

function scriptFlags({ model, pictures, threads, features, backward }: ReferenceBenchOptions): string[] {
  const { inputWidth, inputHeight, mean, std, roiThreshold, classes, tissueClass } = model.pkg.description;
  return [
    ...['--checkpoint', model.checkpoint, '--pictures', pictures.folder, '--threads', `${threads}`],
    ...['--input-size', `${inputWidth},${inputHeight}`, '--mean', mean.join(), '--std', std.join()],
    ...['--roi-threshold', `${roiThreshold}`, '--tissue-class', `${tissueClass ?? classes.length}`],
    ...['--features', features.variant.replace('_', '-'), '--pool', features.pool.join()],
    ...['--backward', backward],
  ];
}

function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}
