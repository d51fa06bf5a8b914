import type { KeyedRecipe } from '../domain/analysis-recipe.js';
import type { ModelDescription } from '../domain/model-description.js';
import { encodeGrayPng } from '../files/png.js';
import { FrameExplainer } from '../localization/frame-explainer.js';
import { batchInputs } from './batch-inputs.js';
import { cropInputs } from './crop-inputs.js';
import type { DerivedGraphs } from './derived-graphs.js';
import type { GraphSession } from './graph-session.js';
import { frameOutputs, planOutputs, type OutputPlan } from './output-plan.js';
import { inFewBuffers } from './result-buffers.js';
import { supplyGradients, type ExplainedFrame } from './supply-gradients.js';
import type { FrameJob, FrameResult, RunReply } from './worker-messages.js';

/** A model in a worker: runs its graph on batches and makes of every frame what its recipes ask for. */
export class WorkerModel {
  /** A feed's list of recipes is the same object from frame to frame. */
  readonly #plans = new WeakMap<readonly KeyedRecipe[], OutputPlan>();

  constructor(
    private readonly session: GraphSession,
    private readonly description: ModelDescription,
    private readonly graphOutputs: readonly string[],
    private readonly derived: DerivedGraphs,
  ) {}

  async run(jobs: readonly FrameJob[]): Promise<RunReply> {
    const model = this.description;
    const plans = jobs.map(({ recipes }) => this.#planOf(recipes));
    const outputs = [...new Set(plans.flatMap((plan) => plan.outputs))];
    const inputs = batchInputs(
      jobs.map(({ pixels }, i) => ({ pixels, roiThresholds: plans[i]!.roiThresholds })),
      model,
      this.session.inputs,
    );
    const startMs = performance.now();
    const values = await this.session.run(inputs, outputs);
    const headWeights = plans.some((plan) => plan.headWeights) ? await this.derived.headWeights() : undefined;
    const explained = jobs.map((job, i): ExplainedFrame => {
      const frame = frameOutputs(values, i, jobs.length, plans[i]!, model, headWeights);
      return {
        job,
        outputs: frame,
        explainer: new FrameExplainer(frame, model, encodeGrayPng),
        recipes: job.recipes.map(({ recipe }) => recipe),
      };
    });
    await supplyGradients(explained, this.derived);
    const inferenceUs = elapsedUs(startMs);
    const frames: FrameResult[] = [];
    for (const frame of explained) frames.push(await this.#explain(frame));
    return { frames, inferenceUs, outputs };
  }

  /** Runs batches of black frames with everything that is usually fetched. */
  async warmUp(batches: readonly number[]): Promise<void> {
    const { inputWidth, inputHeight, classes, roiThreshold, featureMaps } = this.description;
    const outputs = this.graphOutputs.filter((name) => !featureMaps.some((map) => map.name === name));
    const frame = {
      pixels: new ArrayBuffer(inputWidth * inputHeight * 3),
      roiThresholds: classes.map(() => roiThreshold),
    };
    for (const size of new Set(batches)) {
      const frames = Array.from({ length: size }, () => frame);
      await this.session.run(batchInputs(frames, this.description, this.session.inputs), outputs);
    }
  }

  async release(): Promise<void> {
    await this.derived.release();
    await this.session.release();
  }

  #planOf(recipes: readonly KeyedRecipe[]): OutputPlan {
    let plan = this.#plans.get(recipes);
    if (plan === undefined) {
      plan = planOutputs(recipes, this.description, this.graphOutputs);
      this.#plans.set(recipes, plan);
    }
    return plan;
  }

  async #explain({ job, outputs, explainer, recipes }: ExplainedFrame): Promise<FrameResult> {
    const startMs = performance.now();
    const boxes = explainer.missingCrops(recipes);
    for (const part of batches(boxes, MAX_CROPS)) {
      const crops = cropInputs(new Uint8Array(job.pixels), part, this.description);
      const maps = await this.derived.cropMaps(crops, part.length);
      part.forEach((box, i) => explainer.supplyCropMap(box, maps[i]!));
    }
    const products = recipes.map((recipe) => explainer.product(recipe));
    const { probabilities } = explainer;
    const result = inFewBuffers({ logits: outputs.logits, probabilities, products, explanationUs: 0 });
    return { ...result, explanationUs: elapsedUs(startMs) };
  }
}

/** A frame's crops go through the backbone as one batch; so many are half a gigabyte of activations. */
const MAX_CROPS = 32;

function batches<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size));
}

function elapsedUs(startMs: number): number {
  return Math.round((performance.now() - startMs) * 1000);
}
