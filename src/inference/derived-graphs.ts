import { readFile } from 'node:fs/promises';
import type { ModelDescription } from '../domain/model-description.js';
import type { FeatureMap } from '../localization/region-pooling.js';
import { deriveBackboneGraph } from '../onnx/derive-backbone-graph.js';
import { deriveGradientGraph } from '../onnx/gradient/derive-gradient-graph.js';
import { widenHalf } from '../onnx/half/widen-half.js';
import { headWeightsOf } from '../onnx/head-weights.js';
import type { GraphSession, OpenSession, SessionOptions } from './graph-session.js';

/** Pixels of a crop's side: what backbones are trained on, and what the reference implementation resizes crops to. */
export const CROP_SIZE = 224;

/** A feature map of one frame and the class whose logit's gradient by it is wanted. */
export interface GradientRow {
  /** [C, h, w] */
  readonly activation: Float32Array;
  readonly classId: number;
}

/**
 * Graphs that few subscribers need, derived from the model's own when one does: gradients by inner layers, and the
 * backbone alone. Each is opened once and holds its own copy of the weights.
 */
export class DerivedGraphs {
  #graph: Promise<Uint8Array> | undefined;
  #headWeights: Promise<Float32Array> | undefined;
  readonly #sessions = new Map<string, Promise<GraphSession>>();

  constructor(
    private readonly graphPath: string,
    private readonly model: ModelDescription,
    private readonly openSession: OpenSession,
    private readonly options: SessionOptions,
  ) {}

  /** [K, C]: the gradient of every logit by every channel of the last feature map of a `gap_linear` model. */
  headWeights(): Promise<Float32Array> {
    this.#headWeights ??= this.#bytes().then(headWeightsOf);
    return this.#headWeights;
  }

  /** One [C, h, w] a row, in one run of the gradient graph. */
  async gradients(layer: string, rows: readonly GradientRow[]): Promise<Float32Array[]> {
    const session = await this.#session(`gradient ${layer}`, (bytes) =>
      deriveGradientGraph(widenHalf(bytes), layer),
    );
    const { channels, height, width } = this.model.featureMaps.find(({ name }) => name === layer)!;
    const length = channels * height * width;
    const classes = this.model.classes.length;
    const activation = new Float32Array(rows.length * length);
    const seeds = new Float32Array(rows.length * classes);
    rows.forEach((row, i) => {
      activation.set(row.activation, i * length);
      seeds[i * classes + row.classId] = 1;
    });
    const values = await session.run(
      {
        activation: { type: 'float32', data: activation, dims: [rows.length, channels, height, width] },
        seeds: { type: 'float32', data: seeds, dims: [rows.length, classes] },
      },
      ['gradient'],
    );
    const gradient = values.get('gradient')!;
    return rows.map((_, i) => gradient.subarray(i * length, (i + 1) * length));
  }

  /** The last feature map of every crop; `crops` is float32 [count, 3, CROP_SIZE, CROP_SIZE], RGB in [0, 1]. */
  async cropMaps(crops: Float32Array, count: number): Promise<FeatureMap[]> {
    const { name, channels } = this.model.featureMaps.at(-1)!;
    const session = await this.#session('backbone', (bytes) =>
      deriveBackboneGraph(bytes, { featureMap: name, mean: this.model.mean, std: this.model.std }),
    );
    const dims = [count, 3, CROP_SIZE, CROP_SIZE];
    const all = (await session.run({ crops: { type: 'float32', data: crops, dims } }, [name])).get(name)!;
    const length = all.length / count;
    // Square crops make square maps.
    const side = Math.round(Math.sqrt(length / channels));
    return Array.from({ length: count }, (_, i) => ({
      values: all.subarray(i * length, (i + 1) * length),
      height: side,
      width: side,
    }));
  }

  async release(): Promise<void> {
    const sessions = await Promise.allSettled(this.#sessions.values());
    this.#sessions.clear();
    for (const session of sessions) if (session.status === 'fulfilled') await session.value.release();
  }

  #session(key: string, derive: (bytes: Uint8Array) => Uint8Array): Promise<GraphSession> {
    let session = this.#sessions.get(key);
    if (session === undefined) {
      session = this.#bytes().then((bytes) => this.openSession(derive(bytes), this.options));
      this.#sessions.set(key, session);
    }
    return session;
  }

  /** Read anew after all have been derived: most models never need it. */
  #bytes(): Promise<Uint8Array> {
    this.#graph ??= readFile(this.graphPath).finally(() => {
      this.#graph = undefined;
    });
    return this.#graph;
  }
}
