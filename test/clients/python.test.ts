import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ModelRepository } from '../../src/models/model-repository.js';
import { digestOf, formatTokenLine, newToken } from '../../src/rpc/security/token-line.js';
import type { RpcServer } from '../../src/rpc/server/rpc-server.js';
import { LazyEngine } from '../fixtures/lazy-engine.js';
import { startLocalServer } from '../fixtures/local-server.js';
import { PushHarness } from '../fixtures/push-harness.js';
import { describeWith, PROJECT_ROOT, PYTHON } from '../fixtures/requirements.js';
import { ScriptedFeeds } from '../fixtures/scripted-feeds.js';
import { selfSigned } from '../../src/cli/bench/faults/certificates.js';
import { writeSmallPackage } from '../fixtures/small-package.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const run = promisify(execFile);
const CLIENT = `${PROJECT_ROOT}clients/python`;

interface Failure extends Error {
  readonly stderr: string;
}

describeWith('python-grpc', "the client's generated code", () => {
  const folder = temporaryFolder();

  it('is what the contract gives', async () => {
    await run('mkdir', ['-p', join(folder, 'surgicam/v1')]);
    await run('bash', [join(CLIENT, 'generate.sh'), folder]);
    const names = readdirSync(join(folder, 'surgicam'), { recursive: true, encoding: 'utf8' });
    const files = names.filter((name) => /\.pyi?$/.test(name));
    expect(files.length).toBeGreaterThan(12);
    for (const name of files) {
      const committed = readFileSync(join(CLIENT, 'surgicam', name), 'utf8');
      expect([name, committed]).toEqual([name, readFileSync(join(folder, 'surgicam', name), 'utf8')]);
    }
  });
});

describeWith('python-pip', 'the Python package', () => {
  const folder = temporaryFolder();

  it('is installed by pip, and imported from where it was installed', async () => {
    const source = join(folder, 'source');
    const target = join(folder, 'installed');
    await run('cp', ['-r', CLIENT, source]); // setuptools builds beside what it reads
    const offline = ['--no-index', '--no-build-isolation', '--no-deps', '--quiet', '--target', target];
    await run(PYTHON, ['-m', 'pip', 'install', ...offline, source]);
    const script = 'import surgicam, surgicam.v1.model_pb2; print(surgicam.__file__)';
    const { stdout } = await run(PYTHON, ['-c', script], {
      cwd: folder,
      env: { ...process.env, PYTHONPATH: target },
    });
    expect(stdout.trim()).toBe(join(target, 'surgicam/__init__.py'));
  });
});

describeWith('python-grpc', 'the Python client against the service', () => {
  const folder = temporaryFolder();
  const harness = PushHarness.use();
  const token = newToken();
  const engine = new LazyEngine();
  const authority = selfSigned('localhost');
  let secure: RpcServer;

  beforeAll(async () => {
    const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
    writeFileSync(files.certFile, authority.certificate);
    writeFileSync(files.keyFile, authority.key);
    const tokensFile = join(folder, 'tokens');
    writeFileSync(
      tokensFile,
      formatTokenLine({ subject: 'py', digest: digestOf(token), scopes: ['feed:read'] }),
    );
    await writeSmallPackage(join(folder, 'models', 'small'));
    const models = await ModelRepository.open([join(folder, 'models')]);
    const parts = { feeds: new ScriptedFeeds(), engine, models };
    secure = await startLocalServer({ ...parts, tls: files, auth: { tokensFile } });
  });
  afterAll(async () => {
    await secure.drain(0);
    await engine.close();
  });

  it('passes its own tests', async () => {
    const env = {
      ...process.env,
      PYTHONPATH: CLIENT,
      PYTHONDONTWRITEBYTECODE: '1',
      SURGICAM_ADDRESS: harness.address,
      SURGICAM_SECURE_ADDRESS: `localhost:${secure.port}`,
      SURGICAM_CA_FILE: join(folder, 'cert.pem'),
      SURGICAM_GOOD_TOKEN: token,
    };
    const command = ['-m', 'unittest', '-v', 'tests.test_client'];
    const { stderr } = await run(PYTHON, command, { cwd: CLIENT, env, timeout: 150_000 }).catch(
      (error: unknown) => {
        throw new Error((error as Failure).stderr);
      },
    );
    expect(stderr).toMatch(/^Ran 1\d tests in .*\n\nOK$/m);
    expect(stderr).not.toContain('skipped');
  });
});
