import type { Split } from './dataset-frame.js';

// What an EndoVis18 tree looks like: shared by its reader and by whatever writes one.

/** The eight instruments in the order of the label columns and of the boxes; tissue follows as ninth box. */
export const ENDOVIS18_TOOLS = [
  'bipolar_forceps',
  'prograsp_forceps',
  'large_needle_driver',
  'monopolar_curved_scissors',
  'ultrasound_probe',
  'suction',
  'clip_applier',
  'stapler',
] as const;

/**
 * All ten instruments of the 11-class models. A label file whose header names exactly these has ten columns; its boxes
 * are eleven. The real data set never has the last two, which occur in Cholec80 only.
 */
export const TEN_TOOLS = [...ENDOVIS18_TOOLS, 'hook', 'specimen_bag'] as const;

/** Pixels of the camera's frames, in which boxes are given. */
export const ENDOVIS18_FRAME = { width: 1280, height: 1024 } as const;

/** Sequence numbers of the usual split. */
export const ENDOVIS18_SPLITS: Readonly<Record<Split, readonly number[]>> = {
  train: [2, 3, 4, 6, 7, 9, 10, 11, 12, 14, 15],
  val: [1, 5, 16],
};

/** Folder of the label files below `annotation_tool`, by split; readers look into both for every sequence. */
export const LABEL_FOLDERS: Readonly<Record<Split, string>> = { train: 'train_dataset', val: 'test_dataset' };
