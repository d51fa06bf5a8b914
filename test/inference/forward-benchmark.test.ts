import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { engineStarter, writeTestPackage } from './inference-fixture.js';

const folder = temporaryFolder();
const startEngine = engineStarter();

describe('InferenceEngine.benchmarkForward', () => {
  it('gives the speed of every variant, over all workers', async () => {
    const { graphPath } = await writeTestPackage(folder, 'plain');
    const variants = [
      { graphPath, outputs: ['logits'] },
      { graphPath, outputs: ['logits', 'gradcam'] },
    ];
    const speeds = await startEngine().benchmarkForward(variants, { workers: 2, batch: 3, seconds: 0.05 });
    expect(speeds).toHaveLength(2);
    for (const { frames, framesPerSecond, medianMsPerFrame } of speeds) {
      expect([frames % 3, frames >= 6]).toEqual([0, true]);
      expect(framesPerSecond).toBeGreaterThan(0);
      expect(medianMsPerFrame).toBeGreaterThan(0);
    }
  });
});
