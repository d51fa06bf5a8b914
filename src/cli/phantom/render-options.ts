import { SurgicamError } from '../../domain/errors.js';

/** How the rendered frames lie on disk; `docs/offline-tools.md` shows the trees. */
export const RENDER_LAYOUTS = ['endovis18', 'cholec80', 'video'] as const;

export type RenderLayout = (typeof RENDER_LAYOUTS)[number];

export const RENDER_SPLITS = ['train', 'val', 'both'] as const;

export type RenderSplit = (typeof RENDER_SPLITS)[number];

/** Frames a second of the rendered scene; `every` counts in these. */
export const SCENE_FPS = 25;

/** Frames of a scene where the number of scenes is not given. */
const FRAMES_PER_SCENE = 30;

export interface RenderOptions {
  /** Folder to write into; made when missing. */
  readonly out: string;
  readonly layout: RenderLayout;
  /** Labelled frames altogether. */
  readonly frames: number;
  /** First scene seed. */
  readonly seed: number;
  /** Number of scenes, with consecutive seeds, that the frames are spread over. */
  readonly seeds: number;
  readonly width: number;
  readonly height: number;
  /** Take every n-th frame of a scene. */
  readonly every: number;
  /** Which sequences or videos are written. */
  readonly split: RenderSplit;
  /** Share of the scenes that validate, with the split `both`. */
  readonly validationShare: number;
  /** Instruments that are labelled: EndoVis18's eight, or all ten. */
  readonly tools: 8 | 10;
  /** What a true box is drawn around: all that is seen of an instrument, or its tip. */
  readonly boxes: 'whole' | 'tip';
  /** Drawing threads. */
  readonly threads: number;
  /** Replaces what an earlier run has written into `out`. */
  readonly force: boolean;
}

/** Where `every` is not given: pictures that differ, real time in a video. */
export const DEFAULT_EVERY: Readonly<Record<RenderLayout, number>> = {
  endovis18: 61,
  cholec80: 25,
  video: 1,
};

/** Scenes for so many frames: about thirty frames each, and one for each part of the split; a video shows one. */
export function defaultSeeds(layout: RenderLayout, frames: number, split: RenderSplit): number {
  if (layout === 'video') return 1;
  return Math.min(frames, Math.max(split === 'both' ? 2 : 1, Math.ceil(frames / FRAMES_PER_SCENE)));
}

/** How many of the scenes train and how many validate. Error: invalid_argument that names the flag. */
export function splitScenes({ seeds, frames, split, validationShare }: RenderOptions): {
  readonly train: number;
  readonly val: number;
} {
  checkSceneCount({ seeds, frames });
  if (split === 'train') return { train: seeds, val: 0 };
  if (split === 'val') return { train: 0, val: seeds };
  if (seeds < 2) {
    throw SurgicamError.invalidField(
      '--seeds',
      seeds,
      '2 or more, so that training and validation share none',
    );
  }
  const val = Math.min(seeds - 1, Math.max(1, Math.round(seeds * validationShare)));
  return { train: seeds - val, val };
}

/** Error: invalid_argument for more scenes than frames. */
export function checkSceneCount({ seeds, frames }: Pick<RenderOptions, 'seeds' | 'frames'>): void {
  if (seeds > frames) throw SurgicamError.invalidField('--seeds', seeds, `1 to ${frames}, one frame a scene`);
}
