import { SurgicamError } from '../../../domain/errors.js';
import { InferenceEngine } from '../../../inference/inference-engine.js';
import type { Provider } from '../../../inference/provider-selection.js';
import { loadModelPackage, type ModelPackage } from '../../../models/model-package.js';
import { silentLogger } from '../../../observability/logger.js';
import { GRAPH_OUTPUTS } from '../../../onnx/graph-names.js';
import { floatModel } from './materials.js';
import type { Figure, RowContext, RowFindings } from './row.js';

const PROVIDERS: readonly Provider[] = ['cuda', 'tensorrt', 'webgpu'];
const BATCHES = [1, 4, 8, 16] as const;
const CAMERA_RATE = 30;

/** The float32 ResNet-50 with Grad-CAM on whatever graphics card there is. */
export async function gpuRow({ folder, seconds, onStep }: RowContext): Promise<RowFindings> {
  const pkg = await loadModelPackage(await floatModel(folder));
  const figures: Figure[] = [];
  const notMeasured: string[] = [];
  for (const provider of PROVIDERS) {
    onStep(`gpu: ${provider}`);
    const measured = await measure(provider, pkg, seconds).catch((error: unknown) =>
      SurgicamError.from(error).message.replace(/\s+/g, ' ').slice(0, 200),
    );
    if (typeof measured === 'string') notMeasured.push(`${provider}: ${measured}`);
    else figures.push(...measured);
  }
  notMeasured.push("the reference's work in PyTorch on the same card");
  return {
    how: 'ResNet-50 with made-up weights, 320 x 256, 11 classes, Grad-CAM of all of them, one session a worker, the graph alone',
    figures,
    notMeasured,
  };
}

async function measure(provider: Provider, pkg: ModelPackage, seconds: number): Promise<Figure[]> {
  const engine = InferenceEngine.start({
    workers: 1,
    providers: [provider],
    strict: true,
    logger: silentLogger(),
  });
  try {
    await engine.load(pkg);
    const variant = { graphPath: pkg.graphPath, outputs: [GRAPH_OUTPUTS.logits, GRAPH_OUTPUTS.gradcam] };
    const figures: Figure[] = [];
    for (const batch of BATCHES) {
      const options = { batch, workers: 1, provider, seconds: seconds / BATCHES.length };
      const [speed] = await engine.benchmarkForward([variant], options);
      const rate = speed?.framesPerSecond ?? 0;
      figures.push(
        { name: `${provider}, batches of ${batch}`, value: rate, unit: 'frames/s' },
        {
          name: `${provider}, batches of ${batch}: feeds of ${CAMERA_RATE} frames/s that the graph alone would keep up with`,
          value: Math.floor(rate / CAMERA_RATE),
          unit: '',
        },
      );
    }
    return figures;
  } finally {
    await engine.close();
  }
}
