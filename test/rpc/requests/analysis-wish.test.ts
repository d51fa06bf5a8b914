import { describe, expect, it } from '@jest/globals';
import { resolveRecipe } from '../../../src/domain/analysis-recipe.js';
import { FeatureVariant, HeatmapEncoding } from '../../../src/rpc/gen/surgicam/v1/analysis.js';
import {
  AnalysisOutputs,
  AnalysisThresholds,
  CamMethod,
  FeaturePooling,
} from '../../../src/rpc/gen/surgicam/v1/analysis_options.js';
import { toRecipeWish } from '../../../src/rpc/requests/analysis-wish.js';
import { errorOf } from '../../fixtures/errors.js';
import { SAMPLE_MODEL } from '../../fixtures/sample-model.js';

type Outputs = Parameters<typeof AnalysisOutputs.fromPartial>[0];
type Thresholds = Parameters<typeof AnalysisThresholds.fromPartial>[0];

const wish = (outputs: Outputs, thresholds: Thresholds = {}) =>
  toRecipeWish(
    'configure.',
    AnalysisOutputs.fromPartial(outputs),
    AnalysisThresholds.fromPartial(thresholds),
    SAMPLE_MODEL,
  );

describe('toRecipeWish', () => {
  it('asks for class scores with the thresholds of the model when nothing is said', () => {
    const { recipe } = resolveRecipe(toRecipeWish('', undefined, undefined, SAMPLE_MODEL), SAMPLE_MODEL);
    expect(recipe).toEqual({
      cam: { method: 'grad_cam', layers: ['layer4'] },
      classThresholds: [0.5, 0.5, 0.5],
      roiThresholds: [0.3, 0.3, 0.3],
      boxes: false,
      outlines: false,
    });
  });

  it('fills in the defaults of heatmaps and features', () => {
    expect(wish({ heatmaps: {}, regionFeatures: {} })).toMatchObject({
      heatmaps: { encoding: 'native_f32' },
      features: { variant: 'sl_fe', pool: [512, 1, 1] },
    });
  });

  it('translates every choice', () => {
    const heatmaps = { encoding: HeatmapEncoding.PNG, classIds: [2, 0] };
    const regionFeatures = { variant: FeatureVariant.SL_FE, pooling: FeaturePooling.P32_4X4 };
    expect(wish({ boxes: true, outlines: true, heatmaps, regionFeatures })).toMatchObject({
      boxes: true,
      outlines: true,
      heatmaps: { encoding: 'png', classIds: [2, 0] },
      features: { variant: 'sl_fe', pool: [32, 4, 4] },
    });
  });

  it('lets a class differ from the others, and zero differ from absent', () => {
    const thresholds = { classThreshold: 0, classes: [{ classId: 1, roiThreshold: 0 }] };
    expect(resolveRecipe(wish({}, thresholds), SAMPLE_MODEL).recipe).toMatchObject({
      classThresholds: [0, 0, 0],
      roiThresholds: [0.3, 0, 0.3],
    });
  });

  it.each<[string, Outputs, Thresholds]>([
    ['configure.outputs.heatmaps.encoding', { heatmaps: { encoding: HeatmapEncoding.UNRECOGNIZED } }, {}],
    ['configure.outputs.heatmaps.class_ids[1]', { heatmaps: { classIds: [0, 3] } }, {}],
    [
      'configure.outputs.region_features.pooling',
      { regionFeatures: { pooling: FeaturePooling.UNRECOGNIZED } },
      {},
    ],
    [
      'configure.outputs.region_features.variant',
      { regionFeatures: { variant: FeatureVariant.UNRECOGNIZED } },
      {},
    ],
    ['configure.thresholds.class_threshold', {}, { classThreshold: 1.5 }],
    ['configure.thresholds.roi_threshold', {}, { roiThreshold: NaN }],
    ['configure.thresholds.classes[0].class_id', {}, { classes: [{ classId: 3 }] }],
    ['configure.thresholds.classes[1].class_id', {}, { classes: [{ classId: 1 }, { classId: 1 }] }],
    ['configure.thresholds.classes[0].roi_threshold', {}, { classes: [{ classId: 0, roiThreshold: -1 }] }],
  ])('refuses a bad %s', async (field, outputs, thresholds) => {
    const error = await errorOf(() => wish(outputs, thresholds));
    expect(error.code).toBe('invalid_argument');
    expect(error.violations.map((violation) => violation.field)).toEqual([field]);
  });

  it('takes a method, layers and LN-FE', () => {
    const outputs = {
      regionFeatures: { variant: FeatureVariant.LN_FE },
      explanation: { method: CamMethod.LAYER_CAM, layers: ['layer4'] },
    };
    expect(wish(outputs)).toMatchObject({
      features: { variant: 'ln_fe' },
      cam: { method: 'layer_cam', layers: ['layer4'] },
    });
  });

  it.each<[string, Outputs]>([
    [
      'configure.outputs.explanation.layers[0]',
      { explanation: { method: CamMethod.GRAD_CAM, layers: ['layer9'] } },
    ],
    ['configure.outputs.region_features.variant', { regionFeatures: { variant: FeatureVariant.L_FE } }],
  ])('refuses %s that the model does not have', async (field, outputs) => {
    const error = await errorOf(() => wish(outputs));
    expect(error.code).toBe('invalid_argument');
    expect(error.violations.map((violation) => violation.field)).toEqual([field]);
  });

  it('refuses a gradient that is not known, and names the method that needs none', async () => {
    const featureMaps = SAMPLE_MODEL.featureMaps.map((map) => ({ ...map, hasGradient: false }));
    const model = { ...SAMPLE_MODEL, head: 'general' as const, featureMaps };
    const ask = (method: CamMethod) =>
      toRecipeWish(
        '',
        AnalysisOutputs.fromPartial({ explanation: { method, layers: ['layer4'] } }),
        undefined,
        model,
      );
    const error = await errorOf(() => ask(CamMethod.LAYER_CAM));
    expect(error.violations).toEqual([
      { field: 'outputs.explanation.layers', description: expect.stringContaining('eigen_cam') },
    ]);
    expect(ask(CamMethod.EIGEN_CAM)).toMatchObject({ cam: { method: 'eigen_cam' } });
    expect(ask(CamMethod.GRAD_CAM)).toMatchObject({ cam: { method: 'grad_cam' } });
  });

  it('takes a preview, with its defaults', () => {
    expect(wish({}).preview).toBeUndefined();
    expect(wish({ preview: {} }).preview).toEqual({ maxWidth: 320, quality: 75 });
    expect(wish({ preview: { maxWidth: 1920, quality: 1 } }).preview).toEqual({ maxWidth: 1920, quality: 1 });
  });

  it.each<[string, Outputs]>([
    ['configure.outputs.preview.max_width', { preview: { maxWidth: 15 } }],
    ['configure.outputs.preview.max_width', { preview: { maxWidth: 1921 } }],
    ['configure.outputs.preview.quality', { preview: { quality: 101 } }],
  ])('refuses %s out of range', async (field, outputs) => {
    const error = await errorOf(() => wish(outputs));
    expect(error.code).toBe('invalid_argument');
    expect(error.violations.map((violation) => violation.field)).toEqual([field]);
  });
});
