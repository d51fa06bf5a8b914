import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SuiteResults } from '../../../../src/cli/bench/suite/results.js';
import { runCli } from '../../../fixtures/cli.js';
import { temporaryFolder } from '../../../fixtures/temporary-folder.js';

const out = join(temporaryFolder(), 'results');
const results = (): SuiteResults =>
  JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as SuiteResults;

describe('surgicam bench suite', () => {
  it('measures the rows that are asked for, and keeps those that are there', async () => {
    const memory = ['--only', 'memory', '--memory-minutes', '0.15'];
    expect(await runCli(['bench', 'suite', '--out', out, ...memory])).toMatchObject({ code: 0 });
    const { figures } = results().rows.memory!;
    const value = (name: string): number => figures.find((figure) => figure.name === name)!.value;
    expect(value('frames analysed')).toBeGreaterThan(0);
    // Three subscribers, of whom each may have joined after the first frames.
    expect(value('analyses delivered')).toBeLessThanOrEqual(3 * value('frames analysed'));
    expect(value('analyses delivered')).toBeGreaterThan(0);
    expect(existsSync(join(out, 'memory.svg'))).toBe(true);

    const ceiling = ['--only', 'ceiling', '--seconds', '3'];
    expect(await runCli(['bench', 'suite', '--out', out, ...ceiling])).toMatchObject({ code: 0 });
    expect(Object.keys(results().rows).sort()).toEqual(['ceiling', 'memory']);
    const [rate] = results().rows.ceiling!.figures;
    expect(rate).toMatchObject({ unit: 'frames/s', goal: 'ceiling.rate' });
    expect(rate!.spread![0]).toBeGreaterThan(0);
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toContain('## Orchestration alone');
  }, 120_000);

  it('names the rows there are', async () => {
    const { code, stderr } = await runCli(['bench', 'suite', '--out', out, '--only', 'all']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/--only is "?all"?; allowed: reference, limit/),
    ]);
  });
});
