import { openCholec80 } from './cholec80.js';
import type { Dataset, DatasetOptions } from './dataset-frame.js';
import { openEndoVis18 } from './endovis18.js';
import { openFolder } from './folder.js';

export {
  LAYOUTS,
  type Dataset,
  type DatasetFrame,
  type DatasetOptions,
  type Layout,
  type Split,
} from './dataset-frame.js';

/** Opens a data set by its layout: annotations are read and checked, pictures are not. */
export function openDataset(root: string, { layout, ...options }: DatasetOptions): Promise<Dataset> {
  switch (layout) {
    case 'endovis18':
      return openEndoVis18(root, options);
    case 'cholec80':
      return openCholec80(root, options);
    case 'folder':
      return openFolder(root, options);
  }
}
