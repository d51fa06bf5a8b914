import { startProgress } from '../terminal/progress.js';
import { cholec80Layout } from './cholec80-layout.js';
import { endovis18Layout } from './endovis18-layout.js';
import type { LayoutWriter } from './layout-writer.js';
import { beginFolder, completeFolder } from './output-folder.js';
import type { RenderLayout, RenderOptions } from './render-options.js';
import { RenderPool } from './render-pool.js';
import { videoLayout } from './video-layout.js';

const LAYOUTS: Readonly<Record<RenderLayout, LayoutWriter>> = {
  endovis18: endovis18Layout,
  cholec80: cholec80Layout,
  video: videoLayout,
};

/**
 * Renders a data set of the synthetic scene. The same options give the same bytes, however many threads draw.
 * Errors: invalid_argument, already_exists.
 */
export async function renderDataset(options: RenderOptions): Promise<void> {
  const layout = LAYOUTS[options.layout];
  const entries = layout.entries(options);
  await beginFolder(options, entries);
  const pool = new RenderPool(options.threads, { width: options.width, height: options.height });
  const progress = startProgress(options.frames);
  let done = 0;
  try {
    await layout.write(options, pool, () => progress.step(++done));
  } finally {
    progress.stop();
    await pool.close();
  }
  await completeFolder(options, entries);
}
