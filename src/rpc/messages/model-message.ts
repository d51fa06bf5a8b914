import type { ModelPackage } from '../../models/model-package.js';
import { publicText } from '../errors/public-text.js';
import {
  ExecutionProvider,
  Precision,
  ProbabilityFunction,
  type Model,
  type ModelRuntime,
} from '../gen/surgicam/v1/model.js';

/** What of a loaded model the contract shows. */
export interface RuntimeFacts {
  readonly provider: string;
  readonly fallbackReason?: string;
}

const PROVIDERS: Readonly<Record<string, ExecutionProvider>> = {
  cpu: ExecutionProvider.CPU,
  cuda: ExecutionProvider.CUDA,
  tensorrt: ExecutionProvider.TENSORRT,
  webgpu: ExecutionProvider.WEBGPU,
};

const PRECISIONS = {
  float32: Precision.FLOAT32,
  float16: Precision.FLOAT16,
  int8: Precision.INT8,
} as const;

/** `runtime` is absent while the model has not been loaded. */
export function toModelMessage({ manifest, description }: ModelPackage, runtime?: RuntimeFacts): Model {
  return {
    name: description.name,
    version: description.version,
    classNames: [...description.classes],
    tissueClassId: description.tissueClass,
    inputWidth: description.inputWidth,
    inputHeight: description.inputHeight,
    mean: [...description.mean],
    std: [...description.std],
    classThreshold: description.classThreshold,
    roiThreshold: description.roiThreshold,
    gridWidth: description.gridWidth,
    gridHeight: description.gridHeight,
    featureMaps: description.featureMaps.map((map) => ({ ...map, hasGradient: map.hasGradient ?? true })),
    outputNames: [...manifest.graph.outputs],
    precision: PRECISIONS[manifest.precision ?? 'float32'],
    checksum: manifest.graph.sha256,
    runtime: runtime === undefined ? undefined : toRuntime(runtime),
    architecture: manifest.architecture,
    license: manifest.license,
    probabilityFunction:
      description.probabilityFunction === 'softmax'
        ? ProbabilityFunction.SOFTMAX
        : ProbabilityFunction.SIGMOID,
  };
}

function toRuntime({ provider, fallbackReason }: RuntimeFacts): ModelRuntime {
  return {
    provider: PROVIDERS[provider] ?? ExecutionProvider.UNSPECIFIED,
    fallbackReason: publicText(fallbackReason ?? ''),
  };
}
