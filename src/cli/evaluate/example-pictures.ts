import type { Dataset } from '../../datasets/dataset.js';
import { resolveRecipe, type RecipeWish } from '../../domain/analysis-recipe.js';
import { normalizeBox } from '../../domain/geometry.js';
import { analysisLayers } from '../../pictures/analysis-layers.js';
import { classColours, displayName } from '../../pictures/class-colours.js';
import type { BoxLayer } from '../../pictures/draw-boxes.js';
import { drawFrame } from '../../pictures/draw-frame.js';
import { runDataset, type DatasetRunOptions } from '../dataset/dataset-run.js';

/** Pixels of a picture's width in the report. */
const WIDTH = 480;

/** JPEG files of frames by index: heatmap, predicted boxes, and the true boxes dashed. */
export async function drawExamples(
  indices: readonly number[],
  wish: RecipeWish,
  options: Omit<DatasetRunOptions, 'indices' | 'recipes' | 'keepPixels' | 'handle'>,
): Promise<Map<number, Uint8Array>> {
  const { dataset, model } = options;
  const { description } = model;
  const keyed = resolveRecipe({ ...wish, boxes: true, heatmaps: { encoding: 'full_f32' } }, description);
  const pictures = new Map<number, Uint8Array>();
  await runDataset({
    ...options,
    indices: [...indices].sort((a, b) => a - b),
    recipes: [keyed],
    keepPixels: true,
    handle: ({ index, analyzed, pixels }) => {
      const { facts, products } = analyzed;
      const shown = { facts, product: products.get(keyed.key)! };
      const layers = analysisLayers(
        shown,
        description.tissueClass === undefined ? {} : { tissueClass: description.tissueClass },
      );
      const frame = { pixels: pixels!, width: description.inputWidth, height: description.inputHeight };
      const boxes = [...trueBoxes(dataset, index), ...(layers.boxes ?? [])];
      pictures.set(index, drawFrame(frame, { ...layers, boxes, width: WIDTH }).jpeg(82));
      return Promise.resolve();
    },
  });
  return pictures;
}

function trueBoxes({ classes, frames, boxFrame }: Dataset, index: number): BoxLayer[] {
  const colours = classColours(classes);
  return (frames[index]!.boxes ?? []).flatMap((box, k) =>
    box === undefined
      ? []
      : [
          {
            box: normalizeBox(box, boxFrame!.width, boxFrame!.height),
            colour: colours[k]!,
            label: `true: ${displayName(classes[k]!)}`,
            style: 'dashed' as const,
          },
        ],
  );
}
