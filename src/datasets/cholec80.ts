import path from 'node:path';
import { SurgicamError } from '../domain/errors.js';
import { annotationError } from './annotation-error.js';
import { CHOLEC80_CLASSES, NOT_IN_CHOLEC80 } from './cholec80-classes.js';
import { TISSUE, columnsOfClasses } from './class-mapping.js';
import type { Dataset, DatasetFrame, DatasetOptions } from './dataset.js';
import { listFolder } from './list-files.js';
import { checkCells, flagCell, readTable, wholeCell, type Row } from './text-table.js';

const TREE = 'videos/video<NN>.mp4 and tool_annotations/video<NN>-tool.txt';

/** The common split: the first forty videos train. */
const LAST_TRAINING_VIDEO = 40;

/** Labels stand for every 25th frame, once a second. A number beyond a week of video is no frame number. */
const GREATEST_FRAME = 25 * 3600 * 24 * 7;

/**
 * Cholec80 (25 frames/s): a frame for every row of the tool annotations, which is every 25th frame of a video. No
 * boxes. Videos that are not there are left out, unless none is. Errors: not_found, invalid_argument; they name file,
 * line and column.
 */
export async function openCholec80(
  root: string,
  { split, classes }: Omit<DatasetOptions, 'layout'>,
): Promise<Dataset> {
  const tools = Object.keys(CHOLEC80_CLASSES);
  const columns = columnsOfClasses(
    'Cholec80',
    classes,
    [...Object.values(CHOLEC80_CLASSES), TISSUE],
    NOT_IN_CHOLEC80,
  );
  const videos = (await listFolder(path.join(root, 'videos'), TREE)).filter((file) =>
    /^video\d+\.mp4$/.test(file),
  );
  const wanted = videos.filter((file) => {
    const isTraining = Number(/\d+/.exec(file)![0]) <= LAST_TRAINING_VIDEO;
    return split === undefined || isTraining === (split === 'train');
  });
  if (wanted.length === 0) {
    const which = split === undefined ? 'video' : `video of the ${split} split`;
    throw new SurgicamError('not_found', `${root}/videos holds no ${which}; expected ${TREE}`);
  }
  const frames: DatasetFrame[] = [];
  for (const fileName of wanted) {
    const video = path.parse(fileName).name;
    const file = path.join(root, 'tool_annotations', `${video}-tool.txt`);
    const [header, ...rows] = await readTable(file, /\t/, `the tool labels of ${video}`);
    checkHeader(file, header, tools);
    let previous = -1;
    for (const row of rows) {
      const { index, flags } = readRow(file, row, tools);
      if (index <= previous) {
        const at = { file, line: row.line, column: row.cells[0]!.column };
        throw annotationError(at, `frame ${index} after frame ${previous}`, 'frame numbers that rise');
      }
      previous = index;
      frames.push({
        video,
        name: String(index).padStart(6, '0'),
        videoFrame: { path: path.join(root, 'videos', fileName), index },
        labels: columns.map((column) => (column === undefined ? 0 : [...flags, 1][column]!)),
      });
    }
  }
  return { layout: 'cholec80', classes, frames };
}

function checkHeader(file: string, header: Row | undefined, tools: readonly string[]): void {
  const expected = ['Frame', ...tools];
  const cells = header?.cells ?? [];
  const wrong = expected.findIndex((name, i) => cells[i]?.text !== name);
  if (wrong < 0 && cells.length === expected.length) return;
  const cell = cells[wrong < 0 ? expected.length : wrong];
  throw annotationError(
    { file, line: header?.line ?? 1, column: cell?.column ?? 1 },
    cell === undefined ? 'the header ends early' : `the header says '${cell.text}'`,
    `${expected.join(' ')}, separated by tabs`,
  );
}

function readRow(file: string, row: Row, tools: readonly string[]): { index: number; flags: number[] } {
  checkCells(file, row, tools.length + 1, `the frame number and ${tools.length} labels`);
  const { line, cells } = row;
  const first = cells[0]!;
  const index = wholeCell({ file, line, column: first.column }, first, 0, GREATEST_FRAME, 'the frame number');
  const flags = cells
    .slice(1)
    .map((cell, i) => flagCell({ file, line, column: cell.column }, cell, `the label of ${tools[i]}`));
  return { index, flags };
}
