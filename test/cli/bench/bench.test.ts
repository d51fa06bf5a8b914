import { beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { BenchReport } from '../../../src/cli/bench/bench-report.js';
import { runCli } from '../../fixtures/cli.js';
import { writeSmallPackage } from '../../fixtures/small-package.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';
import { writeTestClip } from '../../fixtures/test-clip.js';

const folder = temporaryFolder();
const model = join(folder, 'model');
const clip = join(folder, 'clip.mp4');

beforeAll(async () => {
  await writeSmallPackage(model);
  await writeTestClip(clip, 100);
}, 120_000);

describe('surgicam bench', () => {
  it('measures everything in one run and says how each number came about', async () => {
    const flags = ['--model', model, '--video', clip, '--seconds', '2', '--slow-subscriber-seconds', '3'];
    const { code, stdout, stderr } = await runCli(['bench', ...flags, '--json']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('... round 4 of 4')]);
    const report = JSON.parse(stdout) as BenchReport;
    expect(report.rounds).toHaveLength(4);
    const { medians, latency } = report;
    for (const speed of [
      medians.bareFramesPerSecond,
      medians.explainedFramesPerSecond,
      medians.decodingFramesPerSecond,
      medians.serviceFramesPerSecond,
    ]) {
      expect(speed).toBeGreaterThan(0);
    }
    const [round] = report.rounds;
    expect(round?.explainedRatio).toBeCloseTo(
      round!.explainedFramesPerSecond / round!.bareFramesPerSecond,
      9,
    );
    expect(latency.frames).toBeGreaterThan(0);
    expect(latency.ageMs.p50).toBeLessThanOrEqual(latency.ageMs.p99);
    if (process.platform === 'linux') {
      expect(medians.serviceRatio).toBeGreaterThan(0);
      expect(report.peakMemoryMegabytes).toBeGreaterThan(50);
      expect(report.slowSubscriber?.memory.length).toBeGreaterThan(0);
    }
    for (const { received, missing } of report.slowSubscriber?.readers ?? []) {
      expect(received).toBeGreaterThan(0);
      expect(missing).toBeGreaterThanOrEqual(0);
    }
    expect(report.slowSubscriber?.readers).toHaveLength(2);
  }, 180_000);

  it('prints a table for people', async () => {
    const { code, stdout } = await runCli(['bench', '--model', model, '--video', clip, '--seconds', '2']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^small \(ResNet-18, 3 classes\) on \d+ cores of /);
    expect(stdout).toMatch(
      /with Grad-CAM of all classes +\d+\.\d frames\/s +\d\.\d{3} of the bare classifier \(goal 0\.95/,
    );
    expect(stdout).toMatch(/whole service, ffmpeg to subscriber +\d+\.\d frames\/s/);
    expect(stdout).toMatch(/added \(age less run\) +p50 -?\d+\.\d ms, p95 -?\d+\.\d ms, p99 -?\d+\.\d ms/);
    expect(stdout).toMatch(/peak memory of the service with its ffmpeg: (\d+|unknown) MB/);
  }, 180_000);

  it('wants a clip that exists', async () => {
    const { code, stderr } = await runCli(['bench', '--video', join(folder, 'no.mp4')]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--video')]);
  });
});
