import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNpy } from '../../../src/files/npy.js';
import { PROJECT_ROOT } from '../../fixtures/requirements.js';
import { RpcHarness } from '../../fixtures/rpc-harness.js';
import { sampleFrames } from '../../fixtures/sample-analysis.js';
import { writeSmallPackage } from '../../fixtures/small-package.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';
import { waitUntil } from '../../fixtures/wait-until.js';

const CLIENT = join(PROJECT_ROOT, 'clients/typescript');
const folder = temporaryFolder();
const consumer = join(folder, 'consumer');
const installed = join(consumer, 'node_modules/@surgicam/client');

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifestOf = (path: string): Manifest =>
  JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest;

let harness: RpcHarness;
beforeAll(async () => {
  await packAndInstall();
  await writeSmallPackage(join(folder, 'models', 'small'));
  harness = await RpcHarness.start(join(folder, 'models'));
}, 180_000);
afterAll(() => harness.stop());

/** As `npm install` of the packed file would lay it out; of the project only its dependencies are lent. */
async function packAndInstall(): Promise<void> {
  mkdirSync(installed, { recursive: true });
  await run('npm', ['pack', '--silent', '--pack-destination', folder], CLIENT);
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  await run('tar', ['xzf', join(folder, tarball!), '--strip-components=1', '-C', installed], folder);
  for (const name of Object.keys(manifestOf(installed).dependencies)) {
    mkdirSync(join(consumer, 'node_modules', name, '..'), { recursive: true });
    symlinkSync(join(PROJECT_ROOT, 'node_modules', name), join(consumer, 'node_modules', name));
  }
  writeFileSync(join(consumer, 'package.json'), '{"type": "module", "private": true}');
}

/** What a program prints; its end with an error is one. */
function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`));
    });
  });
}

describe('the packed client', () => {
  it('holds what it needs, and no tests, sources or server', () => {
    const names = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(names).toEqual(
      expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'examples/save-features.ts']),
    );
    expect(names.filter((name) => name.startsWith('dist/clients/typescript/examples'))).toEqual([]);
    expect(names.filter((name) => /^dist\/src\/(?!rpc|localization|files|domain)./.test(name))).toEqual([]);
    expect(readFileSync(join(installed, 'LICENSE'))).toEqual(readFileSync(join(PROJECT_ROOT, 'LICENSE')));
  });

  it('depends on nothing that the project does not test it with', () => {
    const { dependencies } = manifestOf(PROJECT_ROOT);
    const own = manifestOf(installed).dependencies;
    expect(Object.fromEntries(Object.keys(own).map((name) => [name, dependencies[name]]))).toEqual(own);
  });

  it('is used by a program outside of the project', async () => {
    const feed = harness.feeds.add('outside');
    feed.publish(...sampleFrames(0, 4));
    const program = `
      import { connect } from '@surgicam/client';
      import { decodeHeatmap } from '@surgicam/client/pixels';
      import { npyFile } from '@surgicam/client/files';
      const client = connect(process.argv[2]);
      const seen = [];
      const options = { delivery: 'every-frame', resumeAfterSequence: 0n };
      for await (const { sequence } of client.subscribe('outside', options)) {
        seen.push(Number(sequence));
        if (sequence === 3n) break;
      }
      client.close();
      console.log(JSON.stringify([seen, typeof decodeHeatmap, typeof npyFile]));
    `;
    writeFileSync(join(consumer, 'program.js'), program);
    const said = await run(process.execPath, ['program.js', harness.address], consumer);
    expect(JSON.parse(said)).toEqual([[1, 2, 3], 'function', 'function']);
  });

  it('has types that strict programs compile with: its examples, and that of its README', async () => {
    cpSync(join(installed, 'examples'), consumer, { recursive: true });
    const readme = readFileSync(join(installed, 'README.md'), 'utf8');
    writeFileSync(join(consumer, 'readme.ts'), /```ts\n([^]*?)```/.exec(readme)![1]!);
    const compilerOptions = {
      target: 'ES2023',
      module: 'NodeNext',
      strict: true,
      exactOptionalPropertyTypes: true,
      types: ['node'],
      typeRoots: [join(PROJECT_ROOT, 'node_modules/@types')],
      outDir: 'built',
    };
    writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    await run(process.execPath, [join(PROJECT_ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.'], consumer);
    expect(readdirSync(join(consumer, 'built'))).toEqual(
      expect.arrayContaining(['save-features.js', 'readme.js']),
    );
  });

  it("saves a feed's features with its example", async () => {
    const feed = harness.feeds.add('or-1');
    const values = Float32Array.from({ length: 512 }, (_, i) => i);
    const inputBox = { x1: 4, y1: 8, x2: 40, y2: 80 };
    const saving = run(
      process.execPath,
      ['built/save-features.js', harness.address, 'or-1', 'features', 'ln-fe', '2'],
      consumer,
    );
    await waitUntil(() => feed.openSubscriptions > 0, 'the subscription of the example');
    feed.publish(...sampleFrames(7, 9, { features: [{ classId: 1, variant: 'ln_fe', inputBox, values }] }));
    await saving;
    const names = readdirSync(join(consumer, 'features/or-1')).sort();
    expect(names).toEqual([
      'frame000007.npy',
      'frame000007_1_0_4,8,40,80.npz',
      'frame000008.npy',
      'frame000008_1_0_4,8,40,80.npz',
    ]);
    const stack = readNpy(readFileSync(join(consumer, 'features/or-1/frame000008.npy')));
    expect(stack).toEqual({ shape: [1, 512], data: values });
  });
});
