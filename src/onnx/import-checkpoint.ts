import { SurgicamError } from '../domain/errors.js';
import { Checkpoint } from './checkpoint.js';
import { foldBatchNorm, type LayerWeights } from './fold-batch-norm.js';
import { writeResNetGraph, type GraphInput, type ModelGraph, type WeightSource } from './resnet-graph.js';
import { recognizeResNet } from './resnet-recognition.js';
import type { ConvLayer, LinearHead } from './resnet-structure.js';

export interface CheckpointImport extends GraphInput {
  /** Class names in the order of the logits; as many as the checkpoint's head has outputs. */
  readonly classes: readonly string[];
}

/**
 * Reads a PyTorch zip checkpoint of a ResNet classifier and writes its graph. Nothing of the checkpoint is executed.
 * Errors: not_found for a missing file; invalid_argument for a file that is damaged, asks for more than tensors, is
 * not a ResNet with a linear head, or has another number of classes than `classes`.
 */
export async function importCheckpoint(file: string, options: CheckpointImport): Promise<ModelGraph> {
  const checkpoint = await Checkpoint.open(file);
  try {
    const structure = recognizeResNet(checkpoint.tensors);
    const outputs = structure.head.classes;
    if (outputs !== options.classes.length) {
      throw SurgicamError.invalidField(
        'classes',
        options.classes,
        `exactly ${outputs} names, one for each output of the checkpoint's head (got ${options.classes.length})`,
      );
    }
    return await writeResNetGraph(structure, new CheckpointWeights(checkpoint), options);
  } finally {
    checkpoint.close();
  }
}

class CheckpointWeights implements WeightSource {
  constructor(private readonly checkpoint: Checkpoint) {}

  async conv({ name, norm }: ConvLayer): Promise<LayerWeights> {
    const { checkpoint } = this;
    return foldBatchNorm(norm, await checkpoint.read(`${name}.weight`), {
      weight: await checkpoint.read(`${norm}.weight`),
      bias: await checkpoint.read(`${norm}.bias`),
      mean: await checkpoint.read(`${norm}.running_mean`),
      variance: await checkpoint.read(`${norm}.running_var`),
    });
  }

  async head({ name, classes, hasBias }: LinearHead): Promise<LayerWeights> {
    return {
      weights: Float32Array.from(await this.checkpoint.read(`${name}.weight`)),
      bias: hasBias
        ? Float32Array.from(await this.checkpoint.read(`${name}.bias`))
        : new Float32Array(classes),
    };
  }
}
