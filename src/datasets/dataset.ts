import type { PixelBox } from '../domain/geometry.js';
import { SurgicamError } from '../domain/errors.js';

/** A frame of a data set, in the order of the data set's own files. */
export interface DatasetFrame {
  /** Folder of the sequence or video: `seq_1`, `video01`. */
  readonly video: string;
  /** File name stem: `frame000`; Cholec80: the frame number padded to six digits. */
  readonly name: string;
  /** Picture file; absent for frames of a video file. */
  readonly imagePath?: string;
  /** For video frames: file and index of the frame in it, from 0. */
  readonly videoFrame?: { readonly path: string; readonly index: number };
  /** 0 or 1 for every class of `Dataset.classes`; absent when the data set has no labels. */
  readonly labels?: readonly number[];
  /** One box a class in pixels of `Dataset.boxFrame`, undefined where absent; absent altogether without ground-truth boxes. */
  readonly boxes?: readonly (PixelBox | undefined)[];
}

export interface Dataset {
  readonly layout: DatasetLayout;
  /** The names that labels and boxes refer to: the model's, in the model's order. */
  readonly classes: readonly string[];
  /** Size of the picture that boxes are measured in: 1280 x 1024 for EndoVis18; absent: each picture's own size. */
  readonly boxFrame?: { readonly width: number; readonly height: number };
  readonly frames: readonly DatasetFrame[];
}

export const DATASET_LAYOUTS = ['endovis18', 'cholec80', 'folder'] as const;
export type DatasetLayout = (typeof DATASET_LAYOUTS)[number];

export const SPLITS = ['train', 'val'] as const;
export type Split = (typeof SPLITS)[number];

export interface OpenDatasetOptions {
  readonly layout: DatasetLayout;
  /** If absent, every frame. */
  readonly split?: Split;
  /** The model's class names; labels and boxes are given in that order. */
  readonly classes: readonly string[];
}

/** Lists the frames of a data set with what is known of them. Errors name file, line and column. */
export function openDataset(root: string, options: OpenDatasetOptions): Promise<Dataset> {
  return Promise.reject(
    new SurgicamError('unimplemented', `${root}: layout ${options.layout} cannot be read yet`),
  );
}
