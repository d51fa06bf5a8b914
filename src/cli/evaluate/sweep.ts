import { InvalidArgumentError } from 'commander';
import { resolveRecipe, type KeyedRecipe, type RecipeWish } from '../../domain/analysis-recipe.js';
import type { ModelDescription } from '../../domain/model-description.js';

/** The recipe of one T_roi. */
export interface SweepRecipe {
  readonly roiThreshold: number;
  readonly keyed: KeyedRecipe;
}

/** Every threshold costs the boxes of every frame once more. */
const MOST_STEPS = 200;

/** `from:to:step`, each in [0, 1]: the thresholds from the first to the last, rounded to five digits. */
export function parseSweep(text: string): readonly number[] {
  const [from = NaN, to = NaN, step = NaN, ...rest] = text.split(':').map(Number);
  const isGood = rest.length === 0 && from >= 0 && to <= 1 && from <= to && step > 0;
  const count = isGood ? Math.floor((to - from) / step + 1e-9) + 1 : 0;
  if (count < 1 || count > MOST_STEPS) {
    throw new InvalidArgumentError(
      `Allowed: from:to:step with 0 <= from <= to <= 1 and at most ${MOST_STEPS} steps, for example 0.05:0.95:0.05.`,
    );
  }
  return Array.from({ length: count }, (_, i) => Number((from + i * step).toFixed(5)));
}

/** One recipe for every T_roi of the sweep and the model's own; ascending. */
export function sweepRecipes(
  thresholds: readonly number[],
  wish: RecipeWish,
  model: ModelDescription,
): { readonly sweep: readonly SweepRecipe[]; readonly own: number } {
  const ownThreshold = wish.roiThreshold ?? model.roiThreshold;
  const all = [...new Set([...thresholds, ownThreshold])].sort((a, b) => a - b);
  const sweep = all.map((roiThreshold) => ({
    roiThreshold,
    keyed: resolveRecipe({ ...wish, boxes: true, roiThreshold }, model),
  }));
  return { sweep, own: all.indexOf(ownThreshold) };
}
