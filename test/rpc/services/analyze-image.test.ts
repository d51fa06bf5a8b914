import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import sharp from 'sharp';
import { FeatureVariant, HeatmapEncoding } from '../../../src/rpc/gen/surgicam/v1/analysis.js';
import { CamMethod } from '../../../src/rpc/gen/surgicam/v1/analysis_options.js';
import { AnalyzeImageRequest } from '../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { ExecutionProvider } from '../../../src/rpc/gen/surgicam/v1/model.js';
import { decodeDetails } from '../../fixtures/error-details.js';
import { ask, refusal, RpcHarness } from '../../fixtures/rpc-harness.js';
import { writeSmallPackage } from '../../fixtures/small-package.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';

const folder = temporaryFolder();
let harness: RpcHarness;
let picture: Buffer;
beforeAll(async () => {
  await writeSmallPackage(join(folder, 'small'));
  harness = await RpcHarness.start(folder);
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  picture = await sharp({ create: { width: 120, height: 90, channels: 3, background: 'red', noise } })
    .png()
    .toBuffer();
});
afterAll(() => harness.stop());

const analyze = (request: Parameters<typeof AnalyzeImageRequest.fromPartial>[0]) =>
  ask(harness.analysis.analyzeImage.bind(harness.analysis), AnalyzeImageRequest.fromPartial(request));
const getModel = () => ask(harness.modelService.getModel.bind(harness.modelService), { modelName: 'small' });

describe('AnalyzeImage', () => {
  it('runs a picture through the default model, which is loaded for it', async () => {
    expect((await getModel()).model?.runtime).toBeUndefined();
    const { frameAnalysis } = await analyze({
      image: picture,
      outputs: { boxes: true, heatmaps: { encoding: HeatmapEncoding.NATIVE_F32 }, regionFeatures: {} },
      thresholds: { classThreshold: 0 },
    });
    expect(frameAnalysis).toMatchObject({
      feedId: '',
      sequence: 0n,
      model: { name: 'small', version: '1.2.3' },
      frameWidth: 120,
      frameHeight: 90,
      batchSize: 1,
      mediaName: undefined,
    });
    expect(frameAnalysis?.classScores.map((score) => score.className)).toEqual(['grasper', 'hook', 'tissue']);
    const { gridWidth, gridHeight, runtime } = (await getModel()).model!;
    expect(runtime).toEqual({ provider: ExecutionProvider.CPU, fallbackReason: '' });
    for (const heatmap of frameAnalysis!.heatmaps) {
      expect(heatmap.data).toHaveLength(gridWidth * gridHeight * 4);
    }
    expect(frameAnalysis?.heatmaps.map((heatmap) => heatmap.classId)).toEqual([0, 1, 2]);
    expect(frameAnalysis!.regionFeatures.length).toBeGreaterThan(0);
    for (const feature of frameAnalysis!.regionFeatures) expect(feature.values).toHaveLength(512);
  });

  it('sends a small picture of the shape of the source when asked, and none otherwise', async () => {
    const asked = await analyze({ image: picture, outputs: { preview: { maxWidth: 60, quality: 90 } } });
    const { width, height, jpeg } = asked.frameAnalysis!.preview!;
    expect([width, height]).toEqual([60, 45]);
    expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', width: 60, height: 45 });
    expect((await analyze({ image: picture })).frameAnalysis?.preview).toBeUndefined();
  });

  it('sends features as float16 when asked', async () => {
    const request = { image: picture, thresholds: { classThreshold: 0 } };
    const floats = await analyze({ ...request, outputs: { regionFeatures: {} } });
    const halves = await analyze({ ...request, outputs: { regionFeatures: { float16: true } } });
    const [feature] = halves.frameAnalysis!.regionFeatures;
    expect(feature?.values).toEqual([]);
    expect(feature?.valuesF16).toHaveLength(1024);
    expect(halves.frameAnalysis!.regionFeatures).toHaveLength(floats.frameAnalysis!.regionFeatures.length);
  });

  it.each([
    [FeatureVariant.L_FE, CamMethod.GRAD_CAM, []],
    [FeatureVariant.LN_FE, CamMethod.EIGEN_CAM, ['layer3', 'layer4']],
  ])(
    'gives a feature of variant %i for every region of the maps made by method %i',
    async (variant, method, layers) => {
      const { frameAnalysis } = await analyze({
        image: picture,
        outputs: {
          boxes: true,
          heatmaps: { encoding: HeatmapEncoding.NATIVE_F32 },
          regionFeatures: { variant },
          explanation: { method, layers },
        },
        thresholds: { classThreshold: 0 },
      });
      const { detections, regionFeatures, heatmaps } = frameAnalysis!;
      const tissue = 2;
      const instruments = regionFeatures.filter(({ classId }) => classId !== tissue);
      expect(instruments.length).toBeGreaterThan(0);
      expect(instruments.map(({ inputBox }) => inputBox)).toEqual(
        detections.filter(({ classId }) => classId !== tissue).map(({ inputBox }) => inputBox),
      );
      // All boxes of tissue make one region, which comes last.
      const hasTissue = detections.some(({ classId }) => classId === tissue);
      expect(regionFeatures.slice(instruments.length).map(({ classId }) => classId)).toEqual(
        hasTissue ? [tissue] : [],
      );
      for (const feature of regionFeatures) {
        expect(feature.variant).toBe(variant);
        expect(feature.values).toHaveLength(512);
        expect(feature.values.every(Number.isFinite)).toBe(true);
      }
      // The finest of the layers asked for: 96 x 64 pixels at stride 16, else at stride 32.
      const grid = layers.length > 0 ? { width: 6, height: 4 } : { width: 3, height: 2 };
      for (const heatmap of heatmaps) expect(heatmap).toMatchObject(grid);
    },
  );

  it.each([
    ['no picture', Buffer.alloc(0)],
    ['something else', Buffer.from('GIF89a and so on')],
    ['half a picture', () => picture.subarray(0, picture.length / 2)],
  ])('refuses %s', async (_name, image) => {
    const error = await refusal(analyze({ image: typeof image === 'function' ? image() : image }));
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(decodeDetails(error.metadata).badRequest?.fieldViolations[0]?.field).toBe('image');
  });

  it('names a bad field, and a model that is not there', async () => {
    const bad = await refusal(analyze({ image: picture, outputs: { heatmaps: { classIds: [3] } } }));
    expect(decodeDetails(bad.metadata).badRequest?.fieldViolations[0]?.field).toBe(
      'outputs.heatmaps.class_ids[0]',
    );
    const missing = await refusal(analyze({ image: picture, modelName: 'gc-z' }));
    expect(missing.code).toBe(status.NOT_FOUND);
    expect(missing.details).toContain('small');
  });
});
