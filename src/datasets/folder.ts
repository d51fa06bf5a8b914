import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { PixelBox } from '../domain/geometry.js';
import { SurgicamError } from '../domain/errors.js';
import { annotationError } from './annotation-error.js';
import type { Dataset, DatasetFrame, DatasetOptions } from './dataset.js';
import { listFolder, naturally } from './list-files.js';
import { checkCells, flagCell, readTable, wholeCell, type Row } from './text-table.js';

const TREE = 'pictures (.png, .jpg), or folders of them; optionally labels.csv and boxes.csv';
const PICTURE = /\.(png|jpe?g)$/i;
const LARGEST_SIDE = 65_535;

const BOX_COLUMNS = 'frame,class,x1,y1,x2,y2';

/**
 * Pictures in folders: `<root>/<video>/<name>.png|jpg`, or directly in root, whose name is then the video's.
 * `labels.csv` (header `frame,<class>,...`, frame relative to root) and `boxes.csv` (`frame,class,x1,y1,x2,y2`, with a
 * first line `size,<width>,<height>` that says on what size of frame the boxes were drawn) are optional; with labels,
 * every picture has a row. Errors: not_found, invalid_argument; they name file, line and column.
 */
export async function openFolder(
  root: string,
  { split, classes }: Omit<DatasetOptions, 'layout'>,
): Promise<Dataset> {
  if (split !== undefined) {
    throw SurgicamError.invalidField(
      'split',
      split,
      'absent: the folder layout has no split; name a folder instead',
    );
  }
  const files = await listPictures(root);
  if (files.length === 0) throw new SurgicamError('not_found', `${root} holds no picture; expected ${TREE}`);
  const names = await listFolder(root, TREE);
  const known = new Set(files);
  const labels = names.includes('labels.csv')
    ? await readLabels(path.join(root, 'labels.csv'), classes, known)
    : undefined;
  const boxes = names.includes('boxes.csv')
    ? await readBoxes(path.join(root, 'boxes.csv'), classes, known)
    : undefined;
  const frames = files.map((file): DatasetFrame => {
    const own = labels?.get(file);
    if (labels !== undefined && own === undefined) {
      throw new SurgicamError('invalid_argument', `${path.join(root, 'labels.csv')} has no row for ${file}`);
    }
    const none = classes.map(() => undefined);
    return {
      video: file.includes('/') ? path.posix.dirname(file) : path.basename(path.resolve(root)),
      name: path.posix.parse(file).name,
      imagePath: path.join(root, file),
      ...(own === undefined ? {} : { labels: own }),
      ...(boxes === undefined ? {} : { boxes: boxes.byFrame.get(file) ?? none }),
    };
  });
  return { layout: 'folder', classes, ...(boxes === undefined ? {} : { boxFrame: boxes.size }), frames };
}

/** Relative paths, with `/`. One level of folders. */
async function listPictures(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
    throw new SurgicamError('not_found', `${root} is missing or no folder; expected ${TREE}`, {
      cause: error,
    });
  });
  const files = naturally(entries.filter((entry) => entry.isFile()).map(({ name }) => name));
  const folders = naturally(entries.filter((entry) => entry.isDirectory()).map(({ name }) => name));
  const found = files.filter((name) => PICTURE.test(name));
  for (const folder of folders) {
    const inside = (await listFolder(path.join(root, folder), TREE)).filter((name) => PICTURE.test(name));
    found.push(...inside.map((name) => `${folder}/${name}`));
  }
  return found;
}

async function readLabels(
  file: string,
  classes: readonly string[],
  known: ReadonlySet<string>,
): Promise<Map<string, number[]>> {
  const [header, ...rows] = await readTable(file, /,/, 'the labels');
  const names = (header?.cells ?? []).slice(1).map(({ text }) => text);
  for (const name of classes) {
    if (names.includes(name)) continue;
    throw annotationError(
      { file, line: header?.line ?? 1, column: 1 },
      `the header has no '${name}'`,
      `frame,${classes.join(',')}`,
    );
  }
  const labels = new Map<string, number[]>();
  for (const row of rows) {
    checkCells(file, row, names.length + 1, 'the frame and a label for every class of the header');
    const frame = frameOf(file, row, known);
    const flags = row.cells.slice(1).map((cell, i) => {
      const at = { file, line: row.line, column: cell.column };
      return flagCell(at, cell, `the label of ${names[i]}`);
    });
    labels.set(
      frame,
      classes.map((name) => flags[names.indexOf(name)]!),
    );
  }
  return labels;
}

interface Boxes {
  readonly size: { readonly width: number; readonly height: number };
  readonly byFrame: Map<string, (PixelBox | undefined)[]>;
}

async function readBoxes(
  file: string,
  classes: readonly string[],
  known: ReadonlySet<string>,
): Promise<Boxes> {
  const [sizeRow, header, ...rows] = await readTable(file, /,/, 'the ground-truth boxes');
  const size = readSize(file, sizeRow);
  if (header?.cells.map(({ text }) => text).join(',') !== BOX_COLUMNS) {
    throw annotationError({ file, line: header?.line ?? 2, column: 1 }, 'another header', BOX_COLUMNS);
  }
  const byFrame = new Map<string, (PixelBox | undefined)[]>();
  for (const row of rows) {
    checkCells(file, row, 6, BOX_COLUMNS);
    const frame = frameOf(file, row, known);
    const name = row.cells[1]!;
    const classId = classes.indexOf(name.text);
    if (classId < 0) {
      const at = { file, line: row.line, column: name.column };
      throw annotationError(at, `class '${name.text}'`, `the model's classes: ${classes.join(', ')}`);
    }
    const [x1, y1, x2, y2] = row.cells.slice(2).map((cell, i) => {
      const at = { file, line: row.line, column: cell.column };
      return wholeCell(at, cell, 0, i % 2 === 0 ? size.width : size.height, 'the coordinate');
    }) as [number, number, number, number];
    if (x2 < x1 || y2 < y1) {
      const at = { file, line: row.line, column: row.cells[2]!.column };
      throw annotationError(at, `box ${x1}, ${y1}, ${x2}, ${y2}`, 'x1 <= x2 and y1 <= y2');
    }
    const own = byFrame.get(frame) ?? classes.map(() => undefined);
    own[classId] = { x1, y1, x2, y2 };
    byFrame.set(frame, own);
  }
  return { size, byFrame };
}

function readSize(file: string, row: Row | undefined): Boxes['size'] {
  const allowed = 'size,<width>,<height>: the pixels of the frames that the boxes were drawn on';
  if (row?.cells[0]?.text !== 'size') {
    throw annotationError(
      { file, line: row?.line ?? 1, column: 1 },
      `'${row?.cells[0]?.text ?? ''}'`,
      allowed,
    );
  }
  checkCells(file, row, 3, allowed);
  const [width, height] = row.cells.slice(1).map((cell) => {
    const at = { file, line: row.line, column: cell.column };
    return wholeCell(at, cell, 1, LARGEST_SIDE, 'the size');
  }) as [number, number];
  return { width, height };
}

function frameOf(file: string, { line, cells }: Row, known: ReadonlySet<string>): string {
  const cell = cells[0]!;
  const name = cell.text.replaceAll('\\', '/').replace(/^\.\//, '');
  if (!known.has(name)) {
    throw annotationError(
      { file, line, column: cell.column },
      `'${cell.text}'`,
      'a picture of the data set, relative to its folder',
    );
  }
  return name;
}
