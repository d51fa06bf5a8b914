import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import type { FeatureRequest } from '../../../domain/analysis-recipe.js';
import type { InferenceEngine } from '../../../inference/inference-engine.js';
import { comparisonOf, type TurnPair } from './comparison.js';
import { ExtractTurns } from './extract-turns.js';
import { startPythonTurns, type PythonProcess } from './python-turns.js';
import type { ReferenceModel } from './reference-materials.js';
import type { ReferenceReport, ReferenceRow } from './reference-report.js';
import { sameWork } from './same-work.js';
import { presentRecipe, ServiceTurns } from './service-turns.js';

export interface ReferenceBenchOptions {
  readonly engine: InferenceEngine;
  readonly model: ReferenceModel;
  readonly pictures: { readonly folder: string; readonly files: readonly string[] };
  /** Of them, those in a turn of the engine and of the script. */
  readonly frames: number;
  /** Of them, those in a turn of `extract`; 0: it is not measured. */
  readonly extractFrames: number;
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
  const { engine, model, pictures, present, frames, extractFrames, folder, onStep } = options;
  onStep('starting both sides');
  const loaded = await engine.load(model.pkg);
  const files = pictures.files.slice(0, frames);
  const service = await ServiceTurns.prepare(engine, loaded, files, options.features);
  const extract =
    extractFrames === 0 ? undefined : await ExtractTurns.prepare(engine, loaded, pictures.folder, folder);
  const python = await startPythonTurns(options.python, scriptFlags(options));
  try {
    const ranking = await classRanking(service, files.length);
    const rows: ReferenceRow[] = [];
    for (const count of present) {
      const classIds = ranking.slice(0, count).sort((a, b) => a - b);
      rows.push(await measureRow(options, { service, extract, python }, classIds));
    }
    const { name, architecture, classes } = model.pkg.manifest;
    return {
      machine: { cores: availableParallelism(), processor: cpus()[0]?.model ?? 'unknown' },
      versions: { node: process.version, torch: python.torch },
      model: { name, architecture, classes: classes.length },
      threads: options.threads,
      layout: engine.layout,
      frames: files.length,
      extractFrames,
      rounds: options.rounds,
      features: options.features.variant,
      backward: options.backward,
      rows,
    };
  } finally {
    await python.stop();
  }
}

interface Sides {
  readonly service: ServiceTurns;
  readonly extract: ExtractTurns | undefined;
  readonly python: PythonProcess;
}

async function measureRow(
  { model, pictures, frames, extractFrames, rounds, folder, features, onStep }: ReferenceBenchOptions,
  { service, extract, python }: Sides,
  classIds: readonly number[],
): Promise<ReferenceRow> {
  const out = join(folder, 'first-frame');
  const [analysis] = await service.analyses(classIds, 1);
  await python.turn({ classIds, frames: 1, out });
  const variant = features.variant === 'sl_fe' ? 'slfe' : 'lfe';
  const same = await sameWork(analysis!, pictures.files[0]!, out, variant);
  const recipe = presentRecipe(classIds, { boxes: true, features }, model.pkg.description);
  const turns: TurnPair[] = [];
  const extractTurns: TurnPair[] = [];
  for (let round = 1; round <= rounds; round++) {
    onStep(`${classIds.length} present, round ${round} of ${rounds}`);
    const ours = await service.measure(classIds, OUR_REPEATS);
    const extracted = await extract?.measure(recipe, extractFrames);
    const { ms, processor_ms, stages } = await python.turn({ classIds, frames, out: null });
    turns.push({ ours, reference: { ms: ms.median, processorMs: processor_ms.median } });
    if (extracted === undefined) continue;
    // Reading is the processor's work; what the script would take to write its features is left out, in its favour.
    const read = stages.read!.median;
    const reference = { ms: ms.median + read, processorMs: processor_ms.median + read };
    extractTurns.push({ ours: extracted, reference });
  }
  return {
    present: classIds.length,
    classIds,
    engine: comparisonOf(turns),
    ...(extractTurns.length === 0 ? {} : { extract: comparisonOf(extractTurns) }),
    same,
  };
}

/** Class ids, the most probable one of the pictures first. */
async function classRanking(service: ServiceTurns, count: number): Promise<number[]> {
  const analyses = await service.analyses([], count);
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
