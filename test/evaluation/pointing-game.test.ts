import { describe, expect, it } from '@jest/globals';
import { PointingGame } from '../../src/evaluation/pointing-game.js';

/** 4 x 2 heatmap, highest at column 2 of row 1. */
const HEATMAP = Float32Array.of(0, 0.1, 0.2, 0, 0, 0.3, 0.9, 0.9);

describe('the pointing game', () => {
  it('is won where the first maximum lies on the class', () => {
    const game = new PointingGame(2);
    const mask = { width: 4, height: 2, values: [0, 0, 0, 0, 0, 0, 7, 5] };
    game.add(0, HEATMAP, 4, mask, 7);
    game.add(0, HEATMAP, 4, mask, 5);
    expect(game.classes()).toEqual([
      { hits: 1, total: 2 },
      { hits: 0, total: 0 },
    ]);
  });

  it('reads a mask of another size at the same place of the picture', () => {
    const game = new PointingGame(1);
    const values = new Uint8Array(8 * 4);
    // The middle of column 2 of 4 and row 1 of 2 is column 5 of 8 and row 3 of 4.
    values[3 * 8 + 5] = 1;
    game.add(0, HEATMAP, 4, { width: 8, height: 4, values }, 1);
    game.add(0, HEATMAP, 4, { width: 1, height: 1, values: [1] }, 1);
    game.add(0, HEATMAP, 4, { width: 2, height: 1, values: [1, 0] }, 1);
    expect(game.classes()).toEqual([{ hits: 2, total: 3 }]);
  });
});
