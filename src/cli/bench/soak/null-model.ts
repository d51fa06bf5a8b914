import { join } from 'node:path';
import type { ModelPackage } from '../../../models/model-package.js';
import { writeModelPackage } from '../../../models/write-model-package.js';
import { buildRandomResNet } from '../../../onnx/random-resnet.js';

const SIZE = { inputWidth: 64, inputHeight: 64 } as const;
const CLASSES = ['nothing', 'something', 'background'];

/**
 * A package that does as good as nothing, a ResNet-18 two channels wide on 64 x 64 pixels, and goes the way of every
 * other: what a soak then measures is everything around the model.
 */
export async function writeNullModel(folder: string): Promise<ModelPackage> {
  const scale = { mean: [0.5, 0.5, 0.5] as const, std: [0.25, 0.25, 0.25] as const };
  const graph = await buildRandomResNet({ depth: 18, width: 2, classes: CLASSES.length, ...SIZE, ...scale });
  return writeModelPackage(
    join(folder, 'null'),
    {
      name: 'null',
      version: '1.0.0',
      classes: CLASSES,
      tissueClass: 'background',
      input: {
        width: SIZE.inputWidth,
        height: SIZE.inputHeight,
        mean: [...scale.mean],
        std: [...scale.std],
      },
      thresholds: { class: 0.5, roi: 0.3 },
      provenance: { sourceFile: 'made-up weights', importer: 'surgicam bench soak' },
      license: 'Apache-2.0',
    },
    graph,
  );
}
