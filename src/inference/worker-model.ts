import type { ModelDescription } from '../domain/model-description.js';
import { encodeGrayPng } from '../files/png.js';
import { FrameExplainer, type GraphOutputs } from '../localization/frame-explainer.js';
import { batchInputs } from './batch-inputs.js';
import type { GraphSession } from './graph-session.js';
import { frameOutputs, planOutputs } from './output-plan.js';
import { withOwnBuffers } from './result-buffers.js';
import type { FrameJob, FrameResult, RunReply } from './worker-messages.js';

/** A model in a worker: runs its graph on batches and makes of every frame what its recipes ask for. */
export class WorkerModel {
  constructor(
    private readonly session: GraphSession,
    private readonly description: ModelDescription,
    private readonly graphOutputs: readonly string[],
  ) {}

  async run(jobs: readonly FrameJob[]): Promise<RunReply> {
    const model = this.description;
    const plans = jobs.map(({ recipes }) => planOutputs(recipes, model, this.graphOutputs));
    const outputs = [...new Set(plans.flatMap((plan) => plan.outputs))];
    const inputs = batchInputs(
      jobs.map(({ pixels }, i) => ({ pixels, roiThresholds: plans[i]!.roiThresholds })),
      model,
      this.session.inputs,
    );
    const startMs = performance.now();
    const values = await this.session.run(inputs, outputs);
    const inferenceUs = elapsedUs(startMs);
    const frames = jobs.map((job, i) =>
      this.#explain(job, frameOutputs(values, i, jobs.length, plans[i]!, model)),
    );
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

  release(): Promise<void> {
    return this.session.release();
  }

  #explain({ recipes }: FrameJob, outputs: GraphOutputs): FrameResult {
    const startMs = performance.now();
    const explainer = new FrameExplainer(outputs, this.description, encodeGrayPng);
    const products = recipes.map(({ recipe }) => explainer.product(recipe));
    const { probabilities } = explainer;
    const result = withOwnBuffers({ logits: outputs.logits, probabilities, products, explanationUs: 0 });
    return { ...result, explanationUs: elapsedUs(startMs) };
  }
}

function elapsedUs(startMs: number): number {
  return Math.round((performance.now() - startMs) * 1000);
}
