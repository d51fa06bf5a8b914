import { credentials, loadPackageDefinition, status, type ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModelServiceClient } from '../../../src/rpc/gen/surgicam/v1/model_service.js';
import { errorOf } from '../../fixtures/errors.js';
import { healthClient, type HealthResponse } from '../../fixtures/health-client.js';
import { ReflectionClient, serviceOf } from '../../fixtures/reflection-client.js';
import { ask, RpcHarness } from '../../fixtures/rpc-harness.js';
import { selfSigned } from '../../../src/cli/bench/faults/certificates.js';
import { writeSmallPackage } from '../../fixtures/small-package.js';
import { StreamProbe } from '../../fixtures/stream-probe.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';

const folder = temporaryFolder();
const tlsFolder = temporaryFolder();
let harness: RpcHarness;
beforeAll(() => writeSmallPackage(join(folder, 'small')));
afterEach(() => harness.stop());

const SERVICES = ['AnalysisService', 'FeedService', 'ModelService'].map((name) => `surgicam.v1.${name}`);

describe('reflection', () => {
  it('lists the services, and describes them well enough to call them', async () => {
    harness = await RpcHarness.start(folder);
    const reflection = new ReflectionClient(harness.address);
    expect(await reflection.listServices()).toEqual(['grpc.health.v1.Health', ...SERVICES]);
    const description = await reflection.describe('surgicam.v1.ModelService');
    reflection.close();
    const Service = serviceOf(loadPackageDefinition(description), 'surgicam.v1.ModelService');
    const client = new Service(harness.address, credentials.createInsecure());
    const listModels = client.ListModels as (
      request: object,
      callback: (error: ServiceError | null, response: unknown) => void,
    ) => void;
    const answer = await new Promise((resolve) => {
      listModels.call(client, {}, (error, response) => resolve(error ?? response));
    });
    client.close();
    expect(answer).toMatchObject({
      default_model_name: 'small',
      models: [{ name: 'small', class_names: ['grasper', 'hook', 'tissue'], precision: 'PRECISION_FLOAT32' }],
    });
  });
});

describe('health', () => {
  it('says NOT_SERVING until the model is warm, for the server and for each service', async () => {
    let warm: () => void = () => undefined;
    const warmUp = new Promise<void>((resolve) => (warm = resolve));
    harness = await RpcHarness.start(folder, { warmUp });
    const health = healthClient(harness.address);
    for (const name of ['', ...SERVICES]) expect(await health.check(name)).toBe('NOT_SERVING');
    const watch = new StreamProbe<HealthResponse>(health.watch('surgicam.v1.AnalysisService'));
    await watch.next((response) => response.status === 'NOT_SERVING' || undefined);
    warm();
    await watch.next((response) => response.status === 'SERVING' || undefined);
    for (const name of ['', ...SERVICES]) expect(await health.check(name)).toBe('SERVING');
    await expect(health.check('surgicam.v1.Nothing')).rejects.toMatchObject({ code: status.NOT_FOUND });
    health.close();
  });

  it('stays NOT_SERVING when no model could be warmed up', async () => {
    harness = await RpcHarness.start(folder, { warmUp: Promise.reject(new Error('no provider')) });
    const health = healthClient(harness.address);
    expect(await health.check('')).toBe('NOT_SERVING');
    health.close();
  });
});

describe('the address', () => {
  it('can be encrypted', async () => {
    const [keyFile, certFile] = [join(tlsFolder, 'key.pem'), join(tlsFolder, 'cert.pem')];
    const { key, certificate } = selfSigned();
    writeFileSync(keyFile, key);
    writeFileSync(certFile, certificate);
    harness = await RpcHarness.start(folder, { tls: { keyFile, certFile } });
    const client = new ModelServiceClient(
      `localhost:${harness.server.port}`,
      credentials.createSsl(Buffer.from(certificate)),
    );
    const { model } = await ask(client.getModel.bind(client), { modelName: '' });
    client.close();
    expect(model?.name).toBe('small');
  });

  it('is told when it is taken', async () => {
    harness = await RpcHarness.start(folder);
    const error = await errorOf(() => RpcHarness.start(folder, { port: harness.server.port }));
    expect(error.code).toBe('failed_precondition');
    expect(error.message).toContain(String(harness.server.port));
  });
});
