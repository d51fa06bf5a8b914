import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { availableParallelism } from 'node:os';
import type { InferenceEngine } from '../../inference/inference-engine.js';
import type { Provider } from '../../inference/provider-selection.js';
import type { ModelPackage } from '../../models/model-package.js';
import { GRAPH_OUTPUTS } from '../../onnx/graph-names.js';
import { bareClassifier } from '../../onnx/prune-graph.js';

/** How onnxruntime is driven. */
export interface ForwardSetting {
  readonly workers: number;
  readonly intraOpThreads: number;
  readonly batch: number;
}

/** Frames per second of all cores. */
export interface ForwardSpeeds {
  /** The classifier alone: logits, nothing of the explanation in the graph. */
  readonly bare: number;
  /** The package's graph, logits and Grad-CAM of all classes fetched. */
  readonly explained: number;
}

export interface ForwardBenchOptions {
  readonly engine: InferenceEngine;
  readonly pkg: ModelPackage;
  /** For the graph of the bare classifier. */
  readonly folder: string;
  readonly provider: Provider;
}

/** Worth a try anywhere: fewer, larger runs. */
const LARGE_BATCH = 8;

/** Runs the two graphs of a package, in turns, outside of any feed. */
export class ForwardBench {
  private constructor(
    private readonly options: ForwardBenchOptions,
    private readonly barePath: string,
  ) {}

  static async prepare(options: ForwardBenchOptions): Promise<ForwardBench> {
    const barePath = join(options.folder, 'bare-classifier.onnx');
    await writeFile(barePath, bareClassifier(await readFile(options.pkg.graphPath)));
    return new ForwardBench(options, barePath);
  }

  /** The fastest way to run the bare classifier here: the service is held against the best, not against its own. */
  async fastestSetting(batchOfService: number, seconds: number): Promise<ForwardSetting> {
    const cores = availableParallelism();
    const { engine, provider } = this.options;
    const layouts = [engine.layout, { workers: 1, intraOpThreads: cores }];
    let best: { readonly setting: ForwardSetting; readonly speed: number } | undefined;
    for (const { workers, intraOpThreads } of layouts) {
      for (const batch of new Set([1, batchOfService, LARGE_BATCH])) {
        const setting = { workers, intraOpThreads, batch };
        const [result] = await engine.benchmarkForward([this.bareVariant], { ...setting, seconds, provider });
        const speed = result?.framesPerSecond ?? 0;
        if (best === undefined || speed > best.speed) best = { setting, speed };
      }
    }
    return best!.setting;
  }

  async measure(setting: ForwardSetting, seconds: number): Promise<ForwardSpeeds> {
    const { engine, pkg, provider } = this.options;
    const explained = { graphPath: pkg.graphPath, outputs: [GRAPH_OUTPUTS.logits, GRAPH_OUTPUTS.gradcam] };
    const speeds = await engine.benchmarkForward([this.bareVariant, explained], {
      ...setting,
      seconds: 2 * seconds,
      provider,
    });
    const [bare, full] = speeds.map(({ framesPerSecond }) => framesPerSecond);
    return { bare: bare ?? 0, explained: full ?? 0 };
  }

  private get bareVariant() {
    return { graphPath: this.barePath, outputs: [GRAPH_OUTPUTS.logits] };
  }
}
