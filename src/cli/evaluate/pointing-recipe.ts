import type { Dataset } from '../../datasets/dataset.js';
import { resolveRecipe, type KeyedRecipe, type RecipeWish } from '../../domain/analysis-recipe.js';
import type { ModelDescription } from '../../domain/model-description.js';

/** A heatmap of every class that a mask can show, found or not. */
export interface PointingRecipe extends KeyedRecipe {
  /** Of each class of the model: its value in the masks; undefined where masks do not know it. */
  readonly maskValues: readonly (number | undefined)[];
}

/** undefined without masks. */
export function pointingRecipe(
  dataset: Dataset,
  wish: RecipeWish,
  model: ModelDescription,
): PointingRecipe | undefined {
  const { maskClasses, frames } = dataset;
  if (maskClasses === undefined || frames.every(({ maskPath }) => maskPath === undefined)) return undefined;
  const maskValues = model.classes.map((name) => {
    const index = maskClasses.indexOf(name);
    return index < 0 ? undefined : index + 1;
  });
  const { cam } = wish;
  const everyClass = { classThreshold: 0, heatmaps: { encoding: 'full_f32' } } as const;
  return { ...resolveRecipe({ ...everyClass, ...(cam === undefined ? {} : { cam }) }, model), maskValues };
}
