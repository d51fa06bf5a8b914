import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { protoPath as healthProto } from 'grpc-health-check';
import { execFile } from 'node:child_process';
import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describeWith, PROJECT_ROOT, PYTHON } from '../fixtures/requirements.js';
import { RpcHarness } from '../fixtures/rpc-harness.js';
import { SMALL_CLASSES, writeSmallPackage } from '../fixtures/small-package.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const run = promisify(execFile);
const REFLECTION_PROTO = join(
  dirname(createRequire(import.meta.url).resolve('@grpc/reflection')),
  '../proto/grpc/reflection/v1/reflection.proto',
);

/** Python code of the published contracts of health and reflection: folders that no installed package has. */
async function generate(folder: string): Promise<void> {
  const protos = join(folder, 'protos');
  await mkdir(join(protos, 'health/v1'), { recursive: true });
  await mkdir(join(protos, 'grpc_reflection'), { recursive: true });
  await copyFile(healthProto, join(protos, 'health/v1/health.proto'));
  await copyFile(REFLECTION_PROTO, join(protos, 'grpc_reflection/reflection.proto'));
  const plugin = (await run('which', ['grpc_python_plugin'])).stdout.trim();
  const outputs = [`--python_out=${folder}`, `--grpc_out=${folder}`, `--plugin=protoc-gen-grpc=${plugin}`];
  await run('protoc', [
    `-I${protos}`,
    ...outputs,
    'health/v1/health.proto',
    'grpc_reflection/reflection.proto',
  ]);
}

interface Seen {
  readonly health: Readonly<Record<string, string>>;
  readonly watch: string;
  readonly services: readonly string[];
  readonly methods: readonly string[];
  readonly model: { readonly name: string; readonly classNames: readonly string[] };
  readonly unknown: number;
}

/** grpcio, another implementation of gRPC than the service's, with nothing of this project but the address. */
describeWith('python-grpc', 'clients of other makers', () => {
  const models = temporaryFolder();
  const generated = temporaryFolder();
  let harness: RpcHarness;
  let warm: () => void;

  beforeAll(async () => {
    await generate(generated);
    await writeSmallPackage(join(models, 'small'));
    const warmUp = new Promise<void>((resolve) => (warm = resolve));
    harness = await RpcHarness.start(models, { warmUp });
  });
  afterAll(() => harness.stop());

  async function look(): Promise<Seen> {
    const script = join(PROJECT_ROOT, 'test/fixtures/probe_and_reflect.py');
    return JSON.parse((await run(PYTHON, [script, generated, harness.address])).stdout) as Seen;
  }

  it('probe its health, find its services by reflection, and call what they found', async () => {
    const names = ['AnalysisService', 'FeedService', 'ModelService'].map((name) => `surgicam.v1.${name}`);
    const cold = await look();
    expect(cold.services).toEqual(['grpc.health.v1.Health', ...names]);
    const healthOf = (word: string) => ({
      ...Object.fromEntries(['', ...names].map((name) => [name, word])),
      'grpc.health.v1.Health': 'NOT_FOUND',
      'surgicam.v1.Nothing': 'NOT_FOUND',
    });
    expect([cold.health, cold.watch]).toEqual([healthOf('NOT_SERVING'), 'NOT_SERVING']);
    warm();
    const seen = await look();
    expect([seen.health, seen.watch]).toEqual([healthOf('SERVING'), 'SERVING']);
    expect(seen.methods).toEqual(['GetModel', 'ListModels', 'ReloadModels']);
    expect(seen.model).toMatchObject({ name: 'small', classNames: SMALL_CLASSES });
    expect(seen.unknown).toBe(status.NOT_FOUND);
  }, 60_000);
});
