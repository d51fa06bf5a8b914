import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { ENDOVIS18_SPLITS, LABEL_FOLDERS } from '../../datasets/endovis18-tree.js';
import { writeAtomically } from '../../files/write-atomically.js';
import { annotationXml, boxRow, labelHeader, labelRow } from './endovis18-text.js';
import type { LayoutWriter } from './layout-writer.js';
import { planSequences, type PlannedSequence } from './sequence-plan.js';

/**
 * An EndoVis18 tree: pictures, tool labels, boxes, annotations, and a mask for each picture. Scenes are spread over the
 * sequences of their part of the split, and are numbered on within a sequence.
 */
export const endovis18Layout: LayoutWriter = {
  entries(options) {
    const sequences = planSequences(options, ENDOVIS18_SPLITS);
    return [...sequences.map(nameOf), 'annotation_tool', 'gt_bbox'];
  },

  async write(options, pool, onFrame) {
    const sequences = planSequences(options, ENDOVIS18_SPLITS);
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
    for (const planned of sequences) {
      const { split } = planned;
      const name = nameOf(planned);
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

function nameOf({ number }: PlannedSequence): string {
  return `seq_${number}`;
}

function numbered(sequence: PlannedSequence) {
  let firstNumber = 0;
  return sequence.scenes.map((scene) => {
    const placed = { scene, sequence: nameOf(sequence), firstNumber };
    firstNumber += scene.times.length;
    return placed;
  });
}

function foldersOf(sequences: readonly PlannedSequence[]): string[] {
  return [
    ...sequences.flatMap((one) => ['left_frames', 'masks', 'xml'].map((kind) => `${nameOf(one)}/${kind}`)),
    ...sequences.map(({ split }) => `annotation_tool/${LABEL_FOLDERS[split]}`),
    'gt_bbox',
  ];
}
