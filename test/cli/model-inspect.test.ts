import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Command } from 'commander';
import path from 'node:path';
import { registerModelInspect } from '../../src/cli/commands/model-inspect.js';
import { writeSmallPackage } from '../fixtures/small-package.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const directory = path.join(temporaryFolder(), 'small');

beforeAll(() => writeSmallPackage(directory));
afterEach(() => void jest.restoreAllMocks());

async function inspect(folder: string): Promise<string[]> {
  const lines: string[] = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  const program = new Command('surgicam').exitOverride();
  registerModelInspect(program);
  await program.parseAsync(['model', 'inspect', folder], { from: 'user' });
  return lines;
}

describe('surgicam model inspect', () => {
  it('shows what the package is and what it runs on', async () => {
    const lines = await inspect(directory);
    expect(lines[0]).toBe('small 1.2.3: ResNet-18, Apache-2.0');
    expect(lines).toEqual(
      expect.arrayContaining([
        '  frames          uint8   [N, 64, 96, 3]',
        '  gradcam         float32 [N, 3, 2, 3]',
        '  0           grasper',
        '  2           tissue (tissue)',
      ]),
    );
    const providers = lines.slice(lines.indexOf('providers') + 1);
    expect(providers.map((line) => line.trim().split(/\s+/)[0])).toEqual([
      'cuda',
      'tensorrt',
      'webgpu',
      'cpu',
    ]);
    expect(providers[3]).toMatch(/runs: graph \d+\.\d ms, explanation \d+\.\d ms a frame$/);
    for (const line of providers) expect(line).toMatch(/ (runs: graph|not here: \S)/);
  });

  it('says when there is no package', async () => {
    await expect(inspect('/nowhere')).rejects.toThrow("there is no model package in '/nowhere'");
  });
});
