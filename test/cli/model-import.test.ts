import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Command } from 'commander';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { registerModelImport } from '../../src/cli/commands/model-import.js';
import { loadModelPackage } from '../../src/models/model-package.js';
import { InferenceEngine } from '../../src/inference/inference-engine.js';
import { silentLogger } from '../../src/observability/logger.js';
import { runCli } from '../fixtures/cli.js';
import { smallStateDict } from '../fixtures/small-resnet.js';
import { tinyOnnx } from '../fixtures/tiny-onnx.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import {
  globalOpcode,
  opcodes,
  text,
  writeCheckpoint,
  type Picklable,
} from '../fixtures/torch-checkpoint.js';

const folder = temporaryFolder();
const checkpoint = path.join(folder, 'best.pth.tar');
let count = 0;

beforeAll(() => writeCheckpoint(checkpoint, smallStateDict({ depth: 18, classes: 3, width: 8 })));
afterEach(() => void jest.restoreAllMocks());

/** Runs `surgicam model import` on the checkpoint in this process; returns what it printed. */
function importWith(out: string, ...flags: readonly string[]): Promise<string> {
  return importFile(checkpoint, out, ...flags);
}

async function importFile(file: string, out: string, ...flags: readonly string[]): Promise<string> {
  const lines: unknown[] = [];
  jest.spyOn(console, 'log').mockImplementation((line: unknown) => void lines.push(line));
  const program = new Command('surgicam').exitOverride().configureOutput({ writeErr: () => undefined });
  registerModelImport(program);
  const base = ['model', 'import', file, '--name', 'gc-x', '--out', out, '--classes', 'hook, clipper,tissue'];
  await program.parseAsync([...base, ...flags], { from: 'user' });
  return lines.join('\n');
}

function freshFolder(): string {
  return path.join(folder, `model-${count++}`);
}

describe('surgicam model import', () => {
  it('writes the package and prints what to check', async () => {
    const out = freshFolder();
    const printed = await importWith(out, '--input-size', '96x64');
    const { manifest } = await loadModelPackage(out);
    expect(printed).toContain(`gc-x 1.0.0 written to ${out}`);
    expect(printed).toContain('0 hook, 1 clipper, 2 tissue');
    expect(printed).toContain('96 x 64 pixels');
    expect(printed).toContain(manifest.graph.sha256);
    expect(manifest.provenance.importer).toMatch(/^surgicam \d+\.\d+\.\d+/);
    expect(Date.parse(manifest.provenance.importedAt!)).toBeGreaterThan(0);
  });

  it('passes every flag on', async () => {
    const out = freshFolder();
    await importWith(
      out,
      '--mean',
      '0.1,0.2,0.3',
      '--std',
      '0.4,0.5,0.6',
      '--model-version',
      '3.1',
      '--license',
      'MIT',
    );
    const flags = ['--force', '--tissue-class', 'hook', '--class-threshold', '0.4', '--roi-threshold', '0.2'];
    await importWith(out, ...flags, '--mean', '0.1,0.2,0.3', '--std', '0.4,0.5,0.6');
    expect((await loadModelPackage(out)).manifest).toMatchObject({
      tissueClass: 'hook',
      input: { width: 320, height: 256, mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] },
      thresholds: { class: 0.4, roi: 0.2 },
    });
  });

  it('tells an ONNX file by its content and runs it here', async () => {
    const file = path.join(folder, 'network.bin');
    writeFileSync(file, tinyOnnx());
    const out = freshFolder();
    const printed = await importFile(file, out, '--activation', 'softmax', '--target-layer', 'map');
    const pkg = await loadModelPackage(out);
    expect(pkg.manifest).toMatchObject({
      architecture: 'tiny (ONNX by surgicam)',
      input: { width: 40, height: 32 },
      probabilityFunction: 'softmax',
      head: 'gap_linear',
      featureMaps: [{ name: 'map', channels: 6, height: 4, width: 5 }],
      provenance: { sourceFile: 'network.bin' },
    });
    expect(printed).toContain('softmax of the logits');
    expect(printed).toContain('  maps      map 6 x 4 x 5\n  explains  map');
    const engine = InferenceEngine.start({ workers: 1, providers: ['cpu'], logger: silentLogger() });
    try {
      expect((await engine.load(pkg)).provider).toBe('cpu');
    } finally {
      await engine.close();
    }
  });

  it.each<readonly [string, readonly string[], string]>([
    ['another size than its own', ['--input-size', '320x256'], 'input size: width is 320; allowed: 40'],
    ['another number of classes', ['--classes', 'a,b'], 'allowed: exactly 3 names'],
    [
      'a layer that it does not have',
      ['--target-layer', 'nowhere'],
      'the last ones: conv [6, 4, 5], map [6, 4, 5]',
    ],
    ['an activation that there is not', ['--activation', 'tanh'], 'Allowed choices are sigmoid, softmax.'],
  ])('refuses an ONNX file with %s and writes nothing', async (_name, flags, message) => {
    const file = path.join(folder, 'network.onnx');
    writeFileSync(file, tinyOnnx());
    const out = freshFolder();
    await expect(importFile(file, out, ...flags)).rejects.toThrow(message);
    expect(existsSync(out)).toBe(false);
  });

  it('refuses a file that is neither', async () => {
    const file = path.join(folder, 'readme.onnx');
    writeFileSync(file, 'weights are available upon request');
    await expect(importFile(file, freshFolder())).rejects.toThrow(
      `${file} is neither an ONNX file nor a PyTorch zip checkpoint`,
    );
    await expect(importWith(freshFolder(), '--target-layer', 'layer4')).rejects.toThrow(
      'target layer is "layer4"; allowed: absent for a checkpoint',
    );
  });

  it.each<readonly [readonly string[], string]>([
    [['--input-size', '320'], 'Allowed: width x height in pixels, for example 320x256.'],
    [['--mean', '0.1,0.2', '--std', '1,1,1'], 'Allowed: three numbers: red,green,blue.'],
    [['--mean', '0.1,x,0.2', '--std', '1,1,1'], 'Allowed: a number from 0 to 1.'],
    [['--mean', '0.1,0.2,0.3'], 'std is absent; allowed: mean and std together'],
    [['--roi-threshold', '3'], 'Allowed: a number from 0 to 1.'],
    [['--classes', 'hook,tissue'], 'allowed: exactly 3 names'],
  ])('%j is refused', async (flags, message) => {
    const out = freshFolder();
    await expect(importWith(out, ...flags)).rejects.toThrow(message);
    expect(existsSync(out)).toBe(false);
  });

  it('refuses a checkpoint with code in it by the name of what it would call, and does not call it', async () => {
    const evil = path.join(folder, 'evil.pth.tar');
    const traces = path.join(folder, 'traces');
    const attack = Buffer.concat([
      globalOpcode('posix', 'system'),
      opcodes(0x28),
      text(`touch ${traces}`),
      Buffer.from('tR'),
    ]);
    writeCheckpoint(
      evil,
      new Map<string, Picklable>([...smallStateDict({ depth: 18, classes: 3, width: 8 }), ['hook', attack]]),
    );
    const result = await runCli([
      'model',
      'import',
      evil,
      '--name',
      'x',
      '--out',
      freshFolder(),
      '--classes',
      'a,b,c',
    ]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("the checkpoint asks for 'posix.system': refused. A pickle is code");
    expect(result.stdout).toBe('');
    expect(existsSync(traces)).toBe(false);
  });
});
