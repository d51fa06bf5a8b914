import path from 'node:path';
import { SurgicamError } from '../domain/errors.js';
import { annotationError } from './annotation-error.js';
import { columnsOfClasses } from './class-mapping.js';
import type { Dataset, DatasetFrame, DatasetOptions } from './dataset-frame.js';
import { ENDOVIS18_COLUMNS, readBoxRows, readLabelRows, type FrameRows } from './endovis18-tables.js';
import { ENDOVIS18_FRAME, ENDOVIS18_SPLITS, LABEL_FOLDERS, TEN_TOOLS } from './endovis18-tree.js';
import { listFolder } from './list-files.js';

const TREE =
  'seq_<n>/left_frames/frame<NNN>.png, annotation_tool/{train_dataset,test_dataset}/seq_<n>.txt, gt_bbox/seq_<n>.txt';

/**
 * EndoVis18 (MICCAI 2018 Robotic Scene Segmentation). Sequences that are not there are left out, unless none is.
 * Tool labels are needed for every frame; boxes are read where `gt_bbox` exists. Errors: not_found, invalid_argument;
 * they name file, line and column.
 *
 * Masks (`seq_<n>/masks/frame<NNN>.png`, an addition to the original) are used where they exist.
 */
export async function openEndoVis18(
  root: string,
  { split, classes }: Omit<DatasetOptions, 'layout'>,
): Promise<Dataset> {
  const columns = columnsOfClasses('EndoVis18', classes, ENDOVIS18_COLUMNS, []);
  const names = await listFolder(root, TREE);
  const wanted = split === undefined ? undefined : ENDOVIS18_SPLITS[split].map((n) => `seq_${n}`);
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
    const labels = await readLabelRows(labelFile);
    const boxFile = path.join(root, 'gt_bbox', `${video}.txt`);
    const boxes = hasBoxes ? await readBoxRows(boxFile) : undefined;
    const folder = path.join(root, video, 'left_frames');
    const files = (await listFolder(folder, TREE)).filter((file) => /^frame\d+\.png$/.test(file));
    const maskFolder = path.join(root, video, 'masks');
    const masks = new Set(await listFolder(maskFolder, TREE).catch(() => []));
    const known = new Set(files.map((file) => path.parse(file).name));
    refuseStrangers(labelFile, labels, known, folder);
    if (boxes !== undefined) refuseStrangers(boxFile, boxes, known, folder);
    for (const file of files) {
      const name = path.parse(file).name;
      const flags = rowOf(labelFile, labels, name, folder);
      const own = boxes === undefined ? undefined : rowOf(boxFile, boxes, name, folder);
      frames.push({
        video,
        name,
        imagePath: path.join(folder, file),
        labels: columns.map((column) => flags[column!]!),
        ...(own === undefined ? {} : { boxes: columns.map((column) => own[column!]) }),
        ...(masks.has(file) ? { maskPath: path.join(maskFolder, file) } : {}),
      });
    }
  }
  return {
    layout: 'endovis18',
    classes,
    ...(hasBoxes ? { boxFrame: ENDOVIS18_FRAME } : {}),
    maskClasses: TEN_TOOLS,
    frames,
  };
}

async function findLabelFiles(root: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  await listFolder(path.join(root, 'annotation_tool'), TREE);
  for (const folder of Object.values(LABEL_FOLDERS)) {
    const at = path.join(root, 'annotation_tool', folder);
    const names = await listFolder(at, TREE).catch(() => []);
    for (const name of names) if (!files.has(name)) files.set(name, path.join(at, name));
  }
  return files;
}

function rowOf<T>(file: string, rows: FrameRows<T>, name: string, folder: string): T {
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
  rows: FrameRows<T>,
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
