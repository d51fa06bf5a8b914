import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultPage, summaryLines } from '../../../src/cli/bench/faults/fault-report.js';
import { FAULTS, type FaultReport } from '../../../src/cli/bench/faults/run-faults.js';
import { runCli } from '../../fixtures/cli.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';

const onLinux = process.platform === 'linux' ? describe : describe.skip;

describe('the fault campaign', () => {
  it('has at least 40 kinds, each with a name of its own', () => {
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
    expect(FAULTS.length).toBeGreaterThanOrEqual(40);
  });

  it('says what failed', () => {
    const bad = { name: 'x', family: 'wire', does: 'a | b', observed: 'no', seconds: 1 } as const;
    const report: FaultReport = {
      results: [{ ...bad, passed: false, recoveryMs: 1234 }],
      descriptors: { before: 5, after: 50 },
      processesLeft: 1,
      passed: false,
    };
    expect(summaryLines(report).at(-1)).toBe('0 of 1 faults as they should be: FAILED');
    expect(faultPage(report)).toContain('| x | a \\| b | no | 1.2 s | **failed** |');
  });
});

onLinux('surgicam bench faults', () => {
  const folder = temporaryFolder();

  it('ill-treats a service that goes on serving, and reports it', async () => {
    const names = [
      'missing-file',
      'empty-file',
      'undecodable-message',
      'random-tcp',
      'rapid-reset',
      'duplicate-feed',
    ];
    const { code, stdout } = await runCli(['bench', 'faults', '--only', names.join(','), '--out', folder]);
    expect(stdout).toContain('6 of 6 faults as they should be: passed');
    expect(code).toBe(0);
    const report = JSON.parse(readFileSync(join(folder, 'faults.json'), 'utf8')) as FaultReport;
    expect(report.results.map(({ name }) => name).sort()).toEqual(names.sort());
    expect(report.processesLeft).toBe(0);
    expect(readFileSync(join(folder, 'faults.md'), 'utf8')).toContain('| rapid-reset |');
  });

  it('names the faults that there are', async () => {
    const { code, stderr } = await runCli(['bench', 'faults', '--only', 'earthquake']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--only is "earthquake"; allowed: kill-ffmpeg, sources, /);
  });
});
