import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { SurgicamError } from '../../../domain/errors.js';
import { InferenceEngine } from '../../../inference/inference-engine.js';
import { workerLayout } from '../../../inference/worker-layout.js';
import { loadModelPackage, type ModelPackage } from '../../../models/model-package.js';
import { silentLogger } from '../../../observability/logger.js';
import { referenceModel, referencePictures, type ReferenceModel } from '../reference/reference-materials.js';
import type { Spread } from '../reference/comparison.js';
import type { ReferenceReport } from '../reference/reference-report.js';
import { runReferenceBench } from '../reference/run-reference-bench.js';
import { quantize } from './materials.js';
import type { Figure, RowContext, RowFindings } from './row.js';

const PRESENT = [1, 3, 5] as const;
/** The number of present classes that the goals speak of. */
const JUDGED = 3;
const FRAMES = 8;
const ROUNDS = 3;

/** The reference's work in PyTorch and ours in turns, with the same weights: float32, and those in 8 bits. */
export async function referenceRow(context: RowContext): Promise<RowFindings> {
  const { folder, python, onStep } = context;
  let model: ReferenceModel;
  try {
    model = await referenceModel({ python, folder });
  } catch (error) {
    return {
      how: HOW,
      figures: [],
      notMeasured: [`everything; ${SurgicamError.from(error).message}`],
    };
  }
  onStep('reference: 8 bits');
  const int8 = join(folder, 'reference-int8');
  await quantize(model.pkg.directory, int8);
  const pictures = await referencePictures(undefined, FRAMES, folder);
  const sides = { float: model.pkg, int8: await loadModelPackage(int8) };
  const reports: Record<string, ReferenceReport> = {};
  const figures: Figure[] = [];
  for (const [label, pkg] of Object.entries(sides)) {
    const report = await measure(context, { ...model, pkg }, pictures);
    reports[label] = report;
    for (const { present, engine } of report.rows) {
      const goal = present === JUDGED ? `reference.${label}` : undefined;
      const words = `${label === 'float' ? 'float32' : '8 bits'}, ${present} present`;
      figures.push(
        figure(`${words}: reference`, engine.referenceMs, 'ms a frame'),
        figure(`${words}: this engine`, engine.oursMs, 'ms a frame'),
        figure(`${words}: ratio`, engine.ratio, 'x', goal),
        figure(`${words}: ratio of processor time`, engine.processorRatio, 'x'),
      );
    }
  }
  return { how: HOW, figures, data: reports };
}

const HOW =
  "The reference's work for a frame (one forward, one forward and backward pass a present class, three partial forwards, boxes, SL-FE) in PyTorch " +
  "against the service's engine, ResNet-50 with the same random weights, 320 x 256, decoded pictures, the same threads, in turns; medians of rounds. 8 bits: all convolutions, ranges by min-max; random weights say nothing of fidelity";

async function measure(
  { folder, python, onStep }: RowContext,
  model: { readonly checkpoint: string; readonly pkg: ModelPackage },
  pictures: { readonly folder: string; readonly files: readonly string[] },
): Promise<ReferenceReport> {
  const threads = availableParallelism();
  const engine = InferenceEngine.start({
    ...workerLayout({}, threads),
    providers: ['cpu'],
    strict: true,
    logger: silentLogger(),
  });
  try {
    return await runReferenceBench({
      ...{ engine, model, pictures, python, threads, folder },
      frames: FRAMES,
      extractFrames: 0,
      present: PRESENT,
      rounds: ROUNDS,
      features: { variant: 'sl_fe', pool: [512, 1, 1] },
      backward: 'network',
      onStep: (step) => onStep(`reference: ${model.pkg.manifest.name}: ${step}`),
    });
  } finally {
    await engine.close();
  }
}

function figure(name: string, { median, least, most }: Spread, unit: string, goal?: string): Figure {
  return { name, value: median, unit, spread: [least, most], ...(goal === undefined ? {} : { goal }) };
}
