import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { Precision } from '../../../src/rpc/gen/surgicam/v1/model.js';
import { decodeDetails } from '../../fixtures/error-details.js';
import { ask, refusal, RpcHarness } from '../../fixtures/rpc-harness.js';
import { writeSmallPackage } from '../../fixtures/small-package.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';

const folder = temporaryFolder();
let harness: RpcHarness;
beforeAll(async () => {
  await writeSmallPackage(join(folder, 'small'));
  await writeSmallPackage(join(folder, 'other'), 'other');
  harness = await RpcHarness.start(folder, { defaultModel: 'small' });
});
afterAll(() => harness.stop());

const getModel = (modelName: string) =>
  ask(harness.modelService.getModel.bind(harness.modelService), { modelName });

describe('ModelService', () => {
  it('lists the models by name, and says which is the default', async () => {
    const { models, defaultModelName } = await ask(
      harness.modelService.listModels.bind(harness.modelService),
      {},
    );
    expect(models.map((model) => model.name)).toEqual(['other', 'small']);
    expect(defaultModelName).toBe('small');
  });

  it('describes a model', async () => {
    const { model } = await getModel('small');
    expect(model).toMatchObject({
      version: '1.2.3',
      classNames: ['grasper', 'hook', 'tissue'],
      tissueClassId: 2,
      inputWidth: 96,
      inputHeight: 64,
      classThreshold: 0.5,
      roiThreshold: 0.3,
      gridWidth: 3,
      gridHeight: 2,
      precision: Precision.FLOAT32,
      architecture: 'ResNet-18',
      license: 'Apache-2.0',
    });
    expect(model?.checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(model?.outputNames).toEqual(expect.arrayContaining(['logits', 'gradcam']));
    expect(model?.featureMaps.map(({ name }) => name)).toEqual(['layer2', 'layer3', 'layer4']);
    expect(model?.runtime).toBeUndefined();
    expect((await getModel('')).model).toEqual(model);
  });

  it('names the models there are when one is missing', async () => {
    const error = await refusal(getModel('gc-z'));
    expect(error.code).toBe(status.NOT_FOUND);
    expect(error.details).toContain('other, small');
    expect(decodeDetails(error.metadata).resourceInfo).toMatchObject({
      resourceType: 'model',
      resourceName: 'gc-z',
    });
  });
});
