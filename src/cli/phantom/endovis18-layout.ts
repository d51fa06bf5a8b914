import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { ENDOVIS18_SPLITS, LABEL_FOLDERS } from '../../datasets/endovis18-tree.js';
import type { Split } from '../../datasets/dataset-frame.js';
import { writeAtomically } from '../../files/write-atomically.js';
import { annotationXml, boxRow, labelHeader, labelRow } from './endovis18-text.js';
import type { LayoutWriter } from './layout-writer.js';
import { splitScenes, type RenderOptions } from './render-options.js';
import { planScenes, type PlannedScene } from './scene-plan.js';

interface Sequence {
  readonly name: string;
  readonly split: Split;
  readonly scenes: readonly PlannedScene[];
}

/**
 * An EndoVis18 tree: pictures, tool labels, boxes, annotations, and a mask for each picture. Scenes are spread over the
 * sequences of their part of the split, and are numbered on within a sequence.
 */
export const endovis18Layout: LayoutWriter = {
  entries: (options) => [...planSequences(options).map(({ name }) => name), 'annotation_tool', 'gt_bbox'],

  async write(options, pool, onFrame) {
    const sequences = planSequences(options);
    for (const folder of foldersOf(sequences)) {
      await mkdir(path.join(options.out, folder), { recursive: true });
    }
    // Whole scenes go to the threads as these come free.
    const scenes = sequences.flatMap((sequence) => numbered(sequence));
    const texts: FrameText[][] = scenes.map(() => []);
    let next = 0;
    const draw = async (lane: number): Promise<void> => {
      for (let at = next++; at < scenes.length; at = next++) {
        const { scene, sequence, firstNumber } = scenes[at]!;
        for (const [i, time] of scene.times.entries()) {
          const number = String(firstNumber + i).padStart(3, '0');
          const file = (kind: string, extension: string): string =>
            path.join(options.out, sequence, kind, `frame${number}.${extension}`);
          const { truth } = await pool.render(lane, {
            seed: scene.seed,
            time,
            pictureFile: file('left_frames', 'png'),
            maskFile: file('masks', 'png'),
          });
          await writeAtomically(file('xml', 'xml'), annotationXml(truth, options));
          texts[at]!.push({
            labels: labelRow(number, truth, options),
            boxes: boxRow(number, truth, options),
          });
          onFrame();
        }
      }
    };
    await Promise.all(Array.from({ length: pool.threads }, (_, lane) => draw(lane)));
    for (const { name, split } of sequences) {
      const own = texts.filter((_, at) => scenes[at]!.sequence === name).flat();
      const labels = [labelHeader(options.tools), ...own.map((text) => text.labels)];
      const labelFile = path.join('annotation_tool', LABEL_FOLDERS[split], `${name}.txt`);
      await writeAtomically(path.join(options.out, labelFile), `${labels.join('\n')}\n`);
      const boxFile = path.join(options.out, 'gt_bbox', `${name}.txt`);
      await writeAtomically(boxFile, `${own.map((text) => text.boxes).join('\n')}\n`);
    }
  },
};

/** A frame's rows in the two tables of its sequence. */
interface FrameText {
  readonly labels: string;
  readonly boxes: string;
}

function planSequences(options: RenderOptions): Sequence[] {
  const counts = splitScenes(options);
  const scenes = planScenes(options);
  return [...spread(scenes.slice(0, counts.train), 'train'), ...spread(scenes.slice(counts.train), 'val')];
}

/** Neighbouring scenes go into one sequence; with fewer scenes than sequences some sequences are left out. */
function spread(scenes: readonly PlannedScene[], split: Split): Sequence[] {
  const numbers = ENDOVIS18_SPLITS[split];
  return numbers.flatMap((number, i): Sequence[] => {
    const own = scenes.filter((_, k) => Math.floor((k * numbers.length) / scenes.length) === i);
    return own.length === 0 ? [] : [{ name: `seq_${number}`, split, scenes: own }];
  });
}

function numbered({ name, scenes }: Sequence) {
  let firstNumber = 0;
  return scenes.map((scene) => {
    const placed = { scene, sequence: name, firstNumber };
    firstNumber += scene.times.length;
    return placed;
  });
}

function foldersOf(sequences: readonly Sequence[]): string[] {
  return [
    ...sequences.flatMap(({ name }) => ['left_frames', 'masks', 'xml'].map((kind) => `${name}/${kind}`)),
    ...sequences.map(({ split }) => `annotation_tool/${LABEL_FOLDERS[split]}`),
    'gt_bbox',
  ];
}
