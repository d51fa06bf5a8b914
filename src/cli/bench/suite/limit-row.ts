import { availableParallelism } from 'node:os';
import { InferenceEngine } from '../../../inference/inference-engine.js';
import { workerLayout } from '../../../inference/worker-layout.js';
import { loadModelPackage } from '../../../models/model-package.js';
import { silentLogger } from '../../../observability/logger.js';
import { benchClip, CLIP_DESCRIPTION } from '../bench-materials.js';
import type { BenchReport, BenchRound } from '../bench-report.js';
import { runBench } from '../run-bench.js';
import { DEMO_MODEL, floatModel, int8Model } from './materials.js';
import { figureOf } from './repeat.js';
import type { Figure, RowContext, RowFindings } from './row.js';

/** The whole service against the classifier alone after decoding is paid: `surgicam bench`, for three models. */
export async function limitRow({ folder, seconds, onStep }: RowContext): Promise<RowFindings> {
  const clip = await benchClip(undefined, folder);
  const models = {
    'ResNet-50, float32': await floatModel(folder),
    'ResNet-50, 8 bits': await int8Model(folder),
    'demo model': DEMO_MODEL,
  };
  const figures: Figure[] = [];
  const data: Record<string, BenchReport> = {};
  for (const [label, directory] of Object.entries(models)) {
    const engine = InferenceEngine.start({
      ...workerLayout({}, availableParallelism()),
      providers: ['cpu'],
      logger: silentLogger(),
    });
    try {
      const report = await runBench({
        engine,
        pkg: await loadModelPackage(directory),
        clip,
        clipDescription: CLIP_DESCRIPTION,
        folder,
        seconds,
        slowSubscriberSeconds: 0,
        provider: 'cpu',
        batch: 1,
        serveFlags: ['--providers', 'cpu'],
        onStep: (step) => onStep(`limit: ${label}: ${step}`),
      });
      data[label] = report;
      figures.push(...figuresOf(label, report));
    } finally {
      await engine.close();
    }
  }
  return {
    how:
      'Frames per second of the whole service, ffmpeg to a gRPC subscriber, against 1 / (1 / bare + processor time of decoding / cores), bare being ' +
      'the classifier without Grad-CAM in onnxruntime alone, in the fastest layout found; rounds in turns',
    figures,
    data,
  };
}

function figuresOf(label: string, { rounds, latency, peakMemoryMegabytes }: BenchReport): Figure[] {
  const of = (
    name: string,
    value: (round: BenchRound) => number | undefined,
    unit: string,
    goal?: string,
  ): Figure[] => {
    const values = rounds.map(value).filter((one) => one !== undefined);
    return values.length === 0 ? [] : [figureOf(`${label}: ${name}`, values, unit, goal)];
  };
  return [
    ...of('bare classifier', (round) => round.bareFramesPerSecond, 'frames/s'),
    ...of('Grad-CAM of all classes / bare', (round) => round.explainedRatio, 'x'),
    ...of('whole service', (round) => round.serviceFramesPerSecond, 'frames/s'),
    ...of('whole service / limit', (round) => round.serviceRatio, 'x', 'limit.share'),
    { name: `${label}: live at 25 frames/s, age p99`, value: latency.ageMs.p99, unit: 'ms' },
    { name: `${label}: live at 25 frames/s, dropped`, value: latency.dropped, unit: '' },
    ...(peakMemoryMegabytes === undefined
      ? []
      : [{ name: `${label}: peak memory with ffmpeg`, value: peakMemoryMegabytes, unit: 'MB' }]),
  ];
}
