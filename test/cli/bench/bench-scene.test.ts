import { expect, it } from '@jest/globals';
import { measureSceneSpeed } from '../../../src/cli/bench/scene-speed.js';
import { runCli } from '../../fixtures/cli.js';

it('draws on one thread and on several, and says how fast', async () => {
  const { stdout, code } = await runCli([
    'bench',
    'scene',
    '--size',
    '64x48',
    '--frames',
    '12',
    '--threads',
    '2',
  ]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^synthetic scene, 64 x 48\n1 thread {3}\d+\.\d frames\/s.*\n2 threads {2}\d+\.\d frames\/s/,
  );
});

it('counts what all threads have drawn', async () => {
  const speed = await measureSceneSpeed(2, { width: 64, height: 48, frames: 12 });
  expect(speed.threads).toBe(2);
  expect(speed.framesPerSecond).toBeGreaterThan(0);
  expect(speed.drawMs).toBeGreaterThan(0);
});
