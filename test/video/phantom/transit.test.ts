import { describe, expect, it } from '@jest/globals';
import { PhantomRenderer } from '../../../src/video/phantom/renderer.js';
import { sceneAt } from '../../../src/video/phantom/scene.js';

/** A moment at which the scope of some scene is all the way back in its trocar. */
function withdrawnMoment(): { seed: number; time: number } {
  for (let seed = 0; seed < 50; seed++) {
    for (let time = 0; time < 96; time += 0.5) {
      if (sceneAt(seed, time).scope.withdrawal === 1) return { seed, time };
    }
  }
  throw new Error('no scope is ever withdrawn');
}

describe('the scope drawn back into its trocar', () => {
  const { seed, time } = withdrawnMoment();

  it('sees the grey sleeve, a small opening, and no instrument', () => {
    const { pixels, truth } = new PhantomRenderer(seed, 160, 128).render(time);
    expect(truth.instruments.every(({ present }) => !present)).toBe(true);
    expect(truth.caption).toBe('tissue without instruments');
    // Half-way from the middle to the border: sleeve, whose channels are alike.
    for (const [x, y] of [
      [80, 30],
      [80, 98],
      [40, 64],
      [120, 64],
    ] as const) {
      const [red, green, blue] = pixels.subarray((y * 160 + x) * 3, (y * 160 + x) * 3 + 3);
      expect(Math.abs(red! - green!)).toBeLessThan(40);
      expect(Math.abs(red! - blue!)).toBeLessThan(40);
      expect(green!).toBeGreaterThan(15);
    }
  });
});
