import path from 'node:path';
import type { PixelBox } from '../domain/geometry.js';
import { SurgicamError } from '../domain/errors.js';
import { annotationError } from './annotation-error.js';
import { boxOfCells } from './box-cells.js';
import { TISSUE, columnsOfClasses } from './class-mapping.js';
import type { Dataset, DatasetFrame, DatasetOptions, Split } from './dataset-frame.js';
import { listFolder } from './list-files.js';
import { checkCells, checkOnce, flagCell, readTable, wholeCell, type Cell } from './text-table.js';

/** The eight instruments in the order of the label columns and of the boxes; tissue follows as ninth box. */
const INSTRUMENTS = [
  'bipolar_forceps',
  'prograsp_forceps',
  'large_needle_driver',
  'monopolar_curved_scissors',
  'ultrasound_probe',
  'suction',
  'clip_applier',
  'stapler',
] as const;

/** The instruments' and the tissue's. */
const BOXES = INSTRUMENTS.length + 1;

/** Instruments of the 11-class models that occur in Cholec80 only. */
const NEVER_SEEN = ['hook', 'specimen_bag'];

/** Pixels of the camera's frames, in which boxes are given. */
export const ENDOVIS18_FRAME = { width: 1280, height: 1024 } as const;

const SPLITS: Readonly<Record<Split, readonly number[]>> = {
  train: [2, 3, 4, 6, 7, 9, 10, 11, 12, 14, 15],
  val: [1, 5, 16],
};

const TREE =
  'seq_<n>/left_frames/frame<NNN>.png, annotation_tool/{train_dataset,test_dataset}/seq_<n>.txt, gt_bbox/seq_<n>.txt';

/**
 * EndoVis18 (MICCAI 2018 Robotic Scene Segmentation). Sequences that are not there are left out, unless none is.
 * Tool labels are needed for every frame; boxes are read where `gt_bbox` exists. Errors: not_found, invalid_argument;
 * they name file, line and column.
 */
export async function openEndoVis18(
  root: string,
  { split, classes }: Omit<DatasetOptions, 'layout'>,
): Promise<Dataset> {
  const columns = columnsOfClasses('EndoVis18', classes, [...INSTRUMENTS, TISSUE], NEVER_SEEN);
  const names = await listFolder(root, TREE);
  const wanted = split === undefined ? undefined : SPLITS[split].map((n) => `seq_${n}`);
  const sequences = names.filter((name) => /^seq_\d+$/.test(name) && (wanted?.includes(name) ?? true));
  if (sequences.length === 0) {
    const which = wanted === undefined ? 'seq_<n>' : `the ${split} sequences ${wanted.join(', ')}`;
    throw new SurgicamError('not_found', `${root} holds none of ${which}; expected ${TREE}`);
  }
  const hasBoxes = names.includes('gt_bbox');
  const labelFiles = await findLabelFiles(root);
  const frames: DatasetFrame[] = [];
  for (const video of sequences) {
    const labelFile = labelFiles.get(`${video}.txt`);
    if (labelFile === undefined) {
      const folders = path.join(root, 'annotation_tool', '{train_dataset,test_dataset}');
      throw new SurgicamError('not_found', `${folders}/${video}.txt is missing: it holds the tool labels`);
    }
    const labels = await readLabels(labelFile, columns);
    const boxFile = path.join(root, 'gt_bbox', `${video}.txt`);
    const boxes = hasBoxes ? await readBoxes(boxFile, columns) : undefined;
    const folder = path.join(root, video, 'left_frames');
    const files = (await listFolder(folder, TREE)).filter((file) => /^frame\d+\.png$/.test(file));
    const known = new Set(files.map((file) => path.parse(file).name));
    refuseStrangers(labelFile, labels, known, folder);
    if (boxes !== undefined) refuseStrangers(boxFile, boxes, known, folder);
    for (const file of files) {
      const name = path.parse(file).name;
      const own = boxes === undefined ? undefined : rowOf(boxFile, boxes, name, folder);
      frames.push({
        video,
        name,
        imagePath: path.join(folder, file),
        labels: rowOf(labelFile, labels, name, folder),
        ...(own === undefined ? {} : { boxes: own }),
      });
    }
  }
  return { layout: 'endovis18', classes, ...(hasBoxes ? { boxFrame: ENDOVIS18_FRAME } : {}), frames };
}

/** A box and the class it belongs to, in pixels of `ENDOVIS18_FRAME`. */
export interface NamedBox {
  readonly name: string;
  readonly box: PixelBox;
}

/** Boxes of every frame of a `gt_bbox/seq_<n>.txt`, by frame name. Errors: not_found, invalid_argument with line and column. */
export async function readEndoVis18Boxes(file: string): Promise<ReadonlyMap<string, readonly NamedBox[]>> {
  const names = [...INSTRUMENTS, TISSUE];
  const rows = await readBoxes(file, [...names.keys()]);
  return new Map(
    [...rows].map(([frame, { value }]) => [
      frame,
      value.flatMap((box, i) => (box === undefined ? [] : [{ name: names[i]!, box }])),
    ]),
  );
}

interface Located<T> {
  /** The cell that names the frame. */
  readonly cell: Cell;
  readonly value: T;
}

async function findLabelFiles(root: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  await listFolder(path.join(root, 'annotation_tool'), TREE);
  for (const folder of ['train_dataset', 'test_dataset']) {
    const at = path.join(root, 'annotation_tool', folder);
    const names = await listFolder(at, TREE).catch(() => []);
    for (const name of names) if (!files.has(name)) files.set(name, path.join(at, name));
  }
  return files;
}

/** A header line, then `<NNN> <t0> ... <t7>` separated by white space. */
async function readLabels(
  file: string,
  columns: readonly (number | undefined)[],
): Promise<Map<string, Located<number[]>>> {
  const rows = await readTable(file, /\s+/, 'the tool labels');
  const [header] = rows;
  if (header?.cells.every(({ text }) => /^\d+$/.test(text)) === true) {
    throw annotationError(
      { file, ...header.cells[0]! },
      'the first line is a row of numbers',
      'a header line, then one row a frame',
    );
  }
  const lines = new Map<string, number>();
  const labels = new Map<string, Located<number[]>>();
  for (const row of rows.slice(1)) {
    checkCells(file, row, INSTRUMENTS.length + 1, 'the frame number and eight labels');
    const [number, ...cells] = row.cells as [Cell, ...Cell[]];
    wholeCell(file, number, 0, 999_999, 'the frame number');
    const flags = [...cells.map((cell, i) => flagCell(file, cell, `the label of ${INSTRUMENTS[i]}`)), 1];
    const name = `frame${number.text}`;
    checkOnce(file, number, name, lines);
    const value = columns.map((column) => (column === undefined ? 0 : flags[column]!));
    labels.set(name, { cell: number, value });
  }
  return labels;
}

/** `frame<NNN>, x1, y1, x2, y2, ...` with nine boxes, all zero where absent. */
async function readBoxes(
  file: string,
  columns: readonly (number | undefined)[],
): Promise<Map<string, Located<(PixelBox | undefined)[]>>> {
  const rows = await readTable(file, /,/, 'the ground-truth boxes');
  const lines = new Map<string, number>();
  const boxes = new Map<string, Located<(PixelBox | undefined)[]>>();
  for (const row of rows) {
    // a comma behind the last number is common, and harmless
    const cells = row.cells.at(-1)!.text === '' ? row.cells.slice(0, -1) : row.cells;
    checkCells(file, { ...row, cells }, 1 + BOXES * 4, "the frame's name and nine boxes x1, y1, x2, y2");
    const name = cells[0]!;
    if (!/^frame\d+$/.test(name.text))
      throw annotationError({ file, ...name }, `'${name.text}'`, 'frame<NNN>');
    checkOnce(file, name, name.text, lines);
    const all = Array.from({ length: BOXES }, (_, i) =>
      boxOfCells(file, cells.slice(1 + i * 4, 5 + i * 4), ENDOVIS18_FRAME),
    );
    boxes.set(name.text, {
      cell: name,
      value: columns.map((column) => (column === undefined ? undefined : all[column])),
    });
  }
  return boxes;
}

function rowOf<T>(file: string, rows: ReadonlyMap<string, Located<T>>, name: string, folder: string): T {
  const row = rows.get(name);
  if (row === undefined) {
    const next = `add the row, or take the picture out of ${folder}`;
    throw new SurgicamError(
      'invalid_argument',
      `${file} has no row for ${name}, of which there is a picture; ${next}`,
    );
  }
  return row.value;
}

/** A row about a frame that is not there means that files of different data sets were mixed. */
function refuseStrangers<T>(
  file: string,
  rows: ReadonlyMap<string, Located<T>>,
  known: ReadonlySet<string>,
  folder: string,
): void {
  for (const [name, { cell }] of rows) {
    if (known.has(name)) continue;
    const picture = path.join(folder, `${name}.png`);
    throw annotationError(
      { file, ...cell },
      `${name} has a row and no picture`,
      `frames whose picture is there, as ${picture}`,
    );
  }
}
