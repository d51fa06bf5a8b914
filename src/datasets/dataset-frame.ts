import type { PixelBox } from '../domain/geometry.js';

/** How a data set lies on disk; `docs/offline-tools.md` shows the trees. */
export const LAYOUTS = ['endovis18', 'cholec80', 'folder'] as const;

export type Layout = (typeof LAYOUTS)[number];

export type Split = 'train' | 'val';

/** A frame of a data set, in the order of the data set's own files. */
export interface DatasetFrame {
  /** Folder of the sequence or video: `seq_1`, `video01`. */
  readonly video: string;
  /** File name stem: `frame000`; Cholec80: the frame number padded to six digits. */
  readonly name: string;
  /** Picture file; absent for frames of a video file. */
  readonly imagePath?: string;
  /** For frames of a video file: the file, and the frame's index in it, from 0. */
  readonly videoFrame?: { readonly path: string; readonly index: number };
  /** 0 or 1 for every class of `Dataset.classes`; absent when the data set has no labels. */
  readonly labels?: readonly number[];
  /** One box a class in pixels of `Dataset.boxFrame`, undefined where absent; absent altogether without boxes. */
  readonly boxes?: readonly (PixelBox | undefined)[];
  /** Grey 8-bit PNG of any size: 0 tissue, 1 + i a pixel of `Dataset.maskClasses[i]`; absent without a mask. */
  readonly maskPath?: string;
}

export interface Dataset {
  readonly layout: Layout;
  /** What labels and boxes refer to: the model's classes, in its order. */
  readonly classes: readonly string[];
  /** Size of the frames that boxes were drawn on, pixels. Absent without boxes; per frame for the folder layout. */
  readonly boxFrame?: { readonly width: number; readonly height: number };
  /** Names of the mask values from 1 on. Absent where the layout has no masks. */
  readonly maskClasses?: readonly string[];
  readonly frames: readonly DatasetFrame[];
}

export interface DatasetOptions {
  readonly layout: Layout;
  /** If absent, both. The folder layout has none. */
  readonly split?: Split;
  /** The model's class names. */
  readonly classes: readonly string[];
}
