import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { from, lastValueFrom } from 'rxjs';
import { resolveRecipe } from '../../domain/analysis-recipe.js';
import { SurgicamError } from '../../domain/errors.js';
import type { AnalyzedFrame } from '../../domain/frame-analysis.js';
import type { VideoFrame } from '../../domain/video-frame.js';
import { InferenceEngine } from '../../inference/inference-engine.js';
import { DEFAULT_PROVIDERS, type Provider } from '../../inference/provider-selection.js';
import type { Manifest } from '../../models/manifest.js';
import { loadModelPackage, type ModelPackage } from '../../models/model-package.js';
import { missedBounds } from '../../models/quantization-fidelity.js';
import { silentLogger } from '../../observability/logger.js';
import { graphSignature, type TensorSignature } from '../../onnx/graph-signature.js';
import { modelGroup } from './model-group.js';

/** `surgicam model inspect <folder>`: what a model package is, and whether and on what it runs here. */
export function registerModelInspect(program: Command): void {
  modelGroup(program)
    .command('inspect')
    .description('show the inputs, outputs and classes of a model package, and run a frame on every provider')
    .argument('<folder>', 'folder of the package')
    .action(async (folder: string) => {
      const pkg = await loadModelPackage(folder);
      for (const line of await describePackage(pkg)) console.log(line);
      console.log('providers');
      let usable = 0;
      for (const provider of DEFAULT_PROVIDERS) {
        const trial = await tryProvider(pkg, provider);
        if (trial.usable) usable++;
        console.log(`  ${provider.padEnd(12)}${trial.text}`);
      }
      if (usable === 0) {
        throw new SurgicamError(
          'failed_precondition',
          `no provider of this machine can run ${pkg.manifest.name}`,
        );
      }
    });
}

async function describePackage({ manifest, graphPath }: ModelPackage): Promise<string[]> {
  const { name, version, architecture, classes, tissueClass, thresholds, provenance } = manifest;
  const { inputs, outputs } = graphSignature(await readFile(graphPath));
  const { sourceFile, importer, importedAt } = provenance;
  return [
    `${name} ${version}: ${architecture}, ${manifest.license}`,
    `  made of     ${sourceFile} by ${importer}${importedAt === undefined ? '' : ` at ${importedAt}`}`,
    `  sha256      ${manifest.graph.sha256}`,
    `  thresholds  class ${thresholds.class}, region ${thresholds.roi}`,
    `  scores      ${manifest.probabilityFunction} of the logits`,
    `  head        ${manifest.head === 'gap_linear' ? 'global average pooling and linear' : 'general'}`,
    `  precision   ${manifest.precision ?? 'float32'}${conversionText(manifest.conversion)}`,
    `  maps        ${manifest.featureMaps.map(({ name }) => name).join(', ')}; Grad-CAM on the last`,
    ...precisionLines(manifest),
    'inputs',
    ...inputs.map(tensorLine),
    'outputs',
    ...outputs.map(tensorLine),
    'classes',
    ...classes.map(
      (label, id) => `  ${String(id).padEnd(12)}${label}${label === tissueClass ? ' (tissue)' : ''}`,
    ),
  ];
}

function conversionText(conversion: ModelPackage['manifest']['conversion']): string {
  if (conversion === undefined) return '';
  const { halfNodes, floatNodes, measuredFrames, heatmapCorrelation } = conversion;
  const fidelity =
    measuredFrames === 0
      ? 'not compared with its original'
      : `heatmap correlation ${heatmapCorrelation?.toFixed(6) ?? '-'} on ${measuredFrames} frames`;
  return `: ${halfNodes} nodes, ${floatNodes} of the backbone in float32; ${fidelity}`;
}

/** Nothing for a float32 model. */
function precisionLines({ quantization }: Manifest): string[] {
  if (quantization === undefined) return [];
  const { method, percent, biasCorrection, amx, floatLayers = [], heldOutFrames, ...rest } = quantization;
  const { heatmapCorrelation, worstHeatmapCorrelation, presenceAgreement, slfeCosine, boxIou } = rest;
  const ways = [
    `ranges by ${method}${percent === undefined ? '' : ` ${percent}`}`,
    ...(biasCorrection === true ? ['corrected biases'] : []),
    ...(amx === true ? ['weights for AMX'] : []),
    ...(floatLayers.length > 0 ? [`${floatLayers.join(', ')} in float32`] : []),
  ];
  const figures = [
    `heatmaps ${heatmapCorrelation.toFixed(4)}, worst per cent ${worstHeatmapCorrelation.toFixed(4)}`,
    `presence ${presenceAgreement.toFixed(4)}`,
    ...(slfeCosine === undefined ? [] : [`SL-FE ${slfeCosine.toFixed(4)}`]),
    ...(boxIou === undefined ? [] : [`boxes ${boxIou.toFixed(4)}`]),
  ];
  const missed = missedBounds({
    heatmapCorrelation,
    worstHeatmapCorrelation,
    presenceAgreement,
    ...(slfeCosine === undefined ? {} : { slfeCosine }),
  });
  return [
    `  8 bits      ${ways.join('; ')}`,
    `  fidelity    ${figures.join('; ')}; on ${heldOutFrames} frames`,
    ...missed.map((line) => `  MISSED      ${line}`),
  ];
}

function tensorLine({ name, type, axes }: TensorSignature): string {
  return `  ${name.padEnd(15)} ${type.padEnd(8)}[${axes.join(', ')}]`;
}

interface Trial {
  readonly usable: boolean;
  /** For a person: how fast, or why not. */
  readonly text: string;
}

/**
 * Loads the model on the provider, which runs a warm-up batch, and analyses a few frames. The processor stands behind
 * it in the order, so that a provider that is not to be had says why instead of failing the engine.
 */
async function tryProvider(pkg: ModelPackage, provider: Provider): Promise<Trial> {
  const providers = [...new Set<Provider>([provider, 'cpu'])];
  const engine = InferenceEngine.start({ workers: 1, maxBatch: 1, providers, logger: silentLogger() });
  try {
    const model = await engine.load(pkg);
    if (model.provider !== provider) {
      return { usable: false, text: `not here: ${model.fallbackReason?.replace(`${provider}: `, '') ?? ''}` };
    }
    const recipe = resolveRecipe({ boxes: true }, model.description);
    const analysis = engine.analyze({ model, pacing: 'every_frame', recipes: () => [recipe] });
    const { facts } = await lastValueFrom<AnalyzedFrame>(from(greyFrames(pkg)).pipe(analysis));
    if (!facts.logits.every(Number.isFinite))
      return { usable: false, text: 'gives numbers that are not finite' };
    const { inferenceUs, explanationUs } = facts.timing;
    return { usable: true, text: `runs: graph ${ms(inferenceUs)}, explanation ${ms(explanationUs)} a frame` };
  } catch (error) {
    return { usable: false, text: `fails: ${SurgicamError.from(error).message}` };
  } finally {
    await engine.close();
  }
}

function ms(microseconds: number): string {
  return `${(microseconds / 1000).toFixed(1)} ms`;
}

/** The first frames pay for what the engine makes ready, so the last one's times are shown. */
const TRIAL_FRAMES = 3;

function greyFrames({ description }: ModelPackage): VideoFrame[] {
  const { inputWidth: width, inputHeight: height } = description;
  return Array.from({ length: TRIAL_FRAMES }, (_, sequence) => ({
    feedId: 'inspect',
    sequence,
    mediaTimeUs: 0,
    capturedAtMs: Date.now(),
    capturedAtMonotonicMs: performance.now(),
    sourceWidth: width,
    sourceHeight: height,
    width,
    height,
    pixels: new Uint8Array(width * height * 3).fill(128),
    decodeUs: 0,
  }));
}
