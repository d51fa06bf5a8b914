import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SurgicamError } from '../domain/errors.js';
import { annotationError } from './annotation-error.js';
import { TISSUE, columnsOfClasses } from './class-mapping.js';
import type { Dataset, DatasetFrame, DatasetOptions } from './dataset-frame.js';
import { listFolder } from './list-files.js';
import { checkCells, flagCell, readTable, wholeCell, type Cell, type Row } from './text-table.js';

const TREE = 'videos/video<NN>.mp4 and tool_annotations/video<NN>-tool.txt';

/** Classes of the 11-class models that Cholec80 never shows. */
const NEVER_SEEN = ['large_needle_driver', 'ultrasound_probe', 'stapler'];

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
  const classOf = await readToolClasses();
  const tools = Object.keys(classOf);
  const columns = columnsOfClasses('Cholec80', classes, [...Object.values(classOf), TISSUE], NEVER_SEEN);
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
        throw annotationError(
          { file, ...row.cells[0]! },
          `frame ${index} after frame ${previous}`,
          'frame numbers that rise',
        );
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

/**
 * Which of our classes each tool column is, in the order of the columns. Inferred from the names: Cholec80 says what a
 * tool is used for, EndoVis18 which robotic instrument it is. A file of its own, so that it can be changed as data.
 */
export async function readToolClasses(): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(new URL('cholec80-tools.json', import.meta.url), 'utf8');
  return JSON.parse(text) as Record<string, string>;
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
  const [first, ...cells] = row.cells as [Cell, ...Cell[]];
  const index = wholeCell(file, first, 0, GREATEST_FRAME, 'the frame number');
  const flags = cells.map((cell, i) => flagCell(file, cell, `the label of ${tools[i]}`));
  return { index, flags };
}
