import { describe, expect, it } from '@jest/globals';
import { resolveRecipe, type RecipeWish } from '../../src/domain/analysis-recipe.js';
import type { ModelDescription } from '../../src/domain/model-description.js';
import { FrameExplainer } from '../../src/localization/frame-explainer.js';
import type { GraphOutputs } from '../../src/localization/graph-outputs.js';
import { graphDemand } from '../../src/localization/graph-demand.js';

const MODEL: ModelDescription = {
  name: 'small',
  version: '1',
  classes: ['hook', 'grasper', 'tissue'],
  inputWidth: 40,
  inputHeight: 32,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  probabilityFunction: 'sigmoid',
  head: 'gap_linear',
  classThreshold: 0.5,
  roiThreshold: 0.3,
  tissueClass: 2,
  gridWidth: 5,
  gridHeight: 4,
  featureMaps: [{ name: 'layer4', channels: 512, height: 4, width: 5 }],
};

/** hook and tissue are present; hook's map has one hot corner, tissue's is all zero. */
const OUTPUTS: GraphOutputs = {
  logits: Float32Array.of(2, -2, 3),
  gradcam: Float32Array.from({ length: 60 }, (_, i) => (i === 0 ? 1 : 0)),
  slfe: new Float32Array(3 * 512).fill(7),
  slfeCells: Float32Array.of(1, 0, 0),
  slfeThresholds: [0.3, 0.3, 0.3],
};

const product = (wish: RecipeWish, outputs: GraphOutputs = OUTPUTS) =>
  new FrameExplainer(outputs, MODEL, (gray) => gray).product(resolveRecipe(wish, MODEL).recipe);

describe('FrameExplainer', () => {
  it('reports presence, and nothing that was not asked for', () => {
    expect(product({})).toEqual({ present: [true, false, true], detections: [], heatmaps: [], features: [] });
    expect(product({ classThreshold: 0.9 }).present).toEqual([false, false, true]);
    expect(product({ classThresholds: new Map([[1, 0.1]]) }).present).toEqual([true, true, true]);
  });

  it('gives the boxes of present classes in pixels and normalised', () => {
    const { detections } = product({ boxes: true });
    expect(detections.map(({ classId }) => classId)).toEqual([0]);
    const { box, inputBox, confidence, outline } = detections[0]!;
    expect(box).toEqual({
      x1: inputBox.x1 / 40,
      y1: inputBox.y1 / 32,
      x2: inputBox.x2 / 40,
      y2: inputBox.y2 / 32,
    });
    expect([inputBox.x1, inputBox.y1]).toEqual([0, 0]);
    expect(confidence).toBeGreaterThan(0.3);
    expect(outline).toBeUndefined();
    expect(product({ outlines: true }).detections[0]!.outline!.length).toBeGreaterThanOrEqual(8);
  });

  it('encodes heatmaps of the present classes that were asked for', () => {
    const sizes = (['native_f32', 'full_u8', 'full_f32', 'png'] as const).map((encoding) => {
      const [first] = product({ heatmaps: { encoding } }).heatmaps;
      return [encoding, first!.width, first!.height, first!.data.length];
    });
    expect(sizes).toEqual([
      ['native_f32', 5, 4, 80],
      ['full_u8', 40, 32, 1280],
      ['full_f32', 40, 32, 5120],
      ['png', 40, 32, 1280],
    ]);
    const some = product({ heatmaps: { encoding: 'native_f32', classIds: [2, 1] } });
    expect(some.heatmaps.map(({ classId }) => classId)).toEqual([2]);
  });

  it('makes grey values of the full heatmap, rounded, and hands them to the PNG encoder', () => {
    const [full] = product({ heatmaps: { encoding: 'full_f32', classIds: [0] } }).heatmaps;
    const values = [...new Float32Array(full!.data.buffer)];
    const gray = Uint8Array.from(values, (value) => Math.round(value * 255));
    expect(product({ heatmaps: { encoding: 'full_u8', classIds: [0] } }).heatmaps[0]!.data).toEqual(gray);
    // The encoder of these tests gives the grey values back.
    expect(product({ heatmaps: { encoding: 'png', classIds: [0] } }).heatmaps[0]!.data).toEqual(gray);
    expect([Math.min(...gray), Math.max(...gray)]).toEqual([0, 255]);
  });

  it('reports every box of the tissue class: boxes are merged only where regions are pooled', () => {
    const gradcam = new Float32Array(60);
    gradcam[40] = 1; // top left of the tissue class
    gradcam[59] = 1; // bottom right
    const { detections } = product({ boxes: true }, { ...OUTPUTS, gradcam });
    expect(detections.map(({ classId }) => classId)).toEqual([2, 2]);
  });

  it('computes what recipes share once', () => {
    let encoded = 0;
    const explainer = new FrameExplainer(OUTPUTS, MODEL, (gray) => {
      encoded++;
      return gray;
    });
    const wishes: RecipeWish[] = [
      { outlines: true, heatmaps: { encoding: 'png' } },
      { outlines: true, heatmaps: { encoding: 'png', classIds: [0] }, classThreshold: 0.6 },
      { outlines: true, roiThreshold: 0.6 },
    ];
    const [first, second, third] = wishes.map((wish) => explainer.product(resolveRecipe(wish, MODEL).recipe));
    expect(encoded).toBe(2);
    expect(second!.heatmaps[0]).toBe(first!.heatmaps[0]);
    expect(second!.detections[0]).toBe(first!.detections[0]);
    expect(third!.detections[0]!.inputBox).not.toEqual(first!.detections[0]!.inputBox);
  });

  it('takes features from the graph, and leaves out classes with an empty mask', () => {
    const { features } = product({ features: { variant: 'sl_fe', pool: [128, 2, 2] } });
    expect(features.map(({ classId }) => classId)).toEqual([0]);
    expect(new Set(features[0]!.values)).toEqual(new Set([7]));
  });

  it('computes features under another threshold from the feature map', () => {
    const wish: RecipeWish = { roiThreshold: 0.9, features: { variant: 'sl_fe', pool: [512, 1, 1] } };
    const featureMaps = new Map([['layer4', new Float32Array(512 * 20).fill(3)]]);
    expect(new Set(product(wish, { ...OUTPUTS, featureMaps }).features[0]!.values)).toEqual(new Set([3]));
  });
});

describe('graphDemand', () => {
  const demand = (wishes: readonly RecipeWish[], graphHasFeatures = true) =>
    graphDemand(
      wishes.map((wish) => resolveRecipe(wish, MODEL)),
      MODEL,
      graphHasFeatures,
    );
  const features = { variant: 'sl_fe', pool: [512, 1, 1] } as const;

  it('asks for nothing beyond the logits when only scores are wanted', () => {
    expect(demand([{}])).toMatchObject({ gradcam: false, slfe: false, featureMaps: [] });
  });

  it('asks for the maps for boxes, and for features without the feature map', () => {
    expect(demand([{ boxes: true }, {}])).toMatchObject({ gradcam: true, slfe: false });
    expect(demand([{ features }])).toMatchObject({ gradcam: false, slfe: true, featureMaps: [] });
  });

  it('fetches the feature map where thresholds differ or the graph has no features', () => {
    expect(demand([{ features }, { features, roiThreshold: 0.5 }])).toMatchObject({
      gradcam: true,
      slfe: true,
      featureMaps: ['layer4'],
      roiThresholds: [0.3, 0.3, 0.3],
    });
    expect(demand([{ features }], false)).toMatchObject({
      gradcam: true,
      slfe: false,
      featureMaps: ['layer4'],
    });
  });
});
