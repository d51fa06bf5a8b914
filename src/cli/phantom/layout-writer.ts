import type { RenderOptions } from './render-options.js';
import type { RenderPool } from './render-pool.js';

/** Writes the frames in one of the layouts. */
export interface LayoutWriter {
  /** Names in the output folder that `write` makes. Error: invalid_argument for options that the layout has no room for. */
  entries(options: RenderOptions): readonly string[];
  /** The folder exists and is empty but for the record. `onFrame` is called after each frame. */
  write(options: RenderOptions, pool: RenderPool, onFrame: () => void): Promise<void>;
}
