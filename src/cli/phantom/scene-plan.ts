import { SCENE_FPS, type RenderOptions } from './render-options.js';

/** The frames that are taken of one scene. */
export interface PlannedScene {
  readonly seed: number;
  /** Index of its first frame among all. */
  readonly first: number;
  /** Seconds since the scene began, ascending. */
  readonly times: readonly number[];
}

/** Spreads the frames evenly over the scenes. */
export function planScenes({ frames, seed, seeds, every }: RenderOptions): PlannedScene[] {
  const starts = Array.from({ length: seeds + 1 }, (_, i) => Math.ceil((i * frames) / seeds));
  return Array.from({ length: seeds }, (_, i) => ({
    seed: seed + i,
    first: starts[i]!,
    times: Array.from({ length: starts[i + 1]! - starts[i]! }, (_, k) => (k * every) / SCENE_FPS),
  }));
}
