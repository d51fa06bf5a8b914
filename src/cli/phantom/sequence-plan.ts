import type { Split } from '../../datasets/dataset-frame.js';
import { splitScenes, type RenderOptions } from './render-options.js';
import { planScenes, type PlannedScene } from './scene-plan.js';

/** A sequence or video of a data set, and the scenes that it shows one after the other. */
export interface PlannedSequence {
  readonly number: number;
  readonly split: Split;
  readonly scenes: readonly PlannedScene[];
}

/** Spreads the scenes over the sequences of their part of the split; training scenes have the first seeds. */
export function planSequences(
  options: RenderOptions,
  numbers: Readonly<Record<Split, readonly number[]>>,
): PlannedSequence[] {
  const counts = splitScenes(options);
  const scenes = planScenes(options);
  return [
    ...spread(scenes.slice(0, counts.train), 'train', numbers.train),
    ...spread(scenes.slice(counts.train), 'val', numbers.val),
  ];
}

/** Neighbouring scenes go into one sequence; with fewer scenes than sequences the last ones are left out. */
function spread(
  scenes: readonly PlannedScene[],
  split: Split,
  numbers: readonly number[],
): PlannedSequence[] {
  const used = numbers.slice(0, scenes.length);
  return used.map((number, i) => ({
    number,
    split,
    scenes: scenes.filter((_, k) => Math.floor((k * used.length) / scenes.length) === i),
  }));
}
