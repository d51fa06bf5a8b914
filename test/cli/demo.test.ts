import { beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { CliProcess, runCli } from '../fixtures/cli.js';
import { SMALL_CLASSES, writeSmallPackage } from '../fixtures/small-package.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { writeTestClip } from '../fixtures/test-clip.js';

const folder = temporaryFolder();
const models = join(folder, 'models');

beforeAll(async () => {
  await writeSmallPackage(join(models, 'small'));
}, 120_000);

/** Time, frame, speed, latency, and what is there. */
const LINE = /^\d\d:\d\d\.\d{3} #\d+ +\d+\.\d frames\/s +\d+ ms {2}(.+)$/;

describe('surgicam demo', () => {
  it('prints what it runs and what it sees, then ends by itself with code 0', async () => {
    const { code, stdout, stderr } = await runCli(['demo', '--models', models, '--seconds', '3']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^ffmpeg {3}\S+ \(.*\)\nmodel {4}small on cpu\nservice {2}gRPC on 127\.0\.0\.1:\d+;/,
    );
    const lines = stdout.split('\n').filter((line) => LINE.test(line));
    expect(lines.length).toBeGreaterThan(1);
    const known = new RegExp(`nothing present|${SMALL_CLASSES.join('|')}`);
    expect(lines.filter((line) => !known.test(LINE.exec(line)?.[1] ?? ''))).toEqual([]);
    expect(stdout).toMatch(/\n[1-9]\d* frames analysed and received over gRPC\n$/);
  });

  it('ends with code 0 on Ctrl-C', async () => {
    const cli = new CliProcess(['demo', '--models', models]);
    await cli.waitFor(LINE);
    cli.kill('SIGINT');
    const { code, stdout, stderr } = await cli.finished;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('frames analysed and received over gRPC');
  });

  it('plays a video of ones own, in a loop', async () => {
    const clip = join(folder, 'own clip.mp4');
    await writeTestClip(clip, 10);
    const { code, stdout } = await runCli(['demo', '--models', models, '--video', clip, '--seconds', '2']);
    expect(code).toBe(0);
    expect(stdout).toContain('own clip.mp4 through small');
    const sequences = [...stdout.matchAll(/#(\d+)/g)].map(([, sequence]) => Number(sequence));
    expect(Math.max(...sequences)).toBeGreaterThan(10);
  });

  it('says that a video is missing', async () => {
    const { code, stderr } = await runCli(['demo', '--models', models, '--video', join(folder, 'no.mp4')]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('no.mp4"; allowed: a file that can be read')]);
  });
});
