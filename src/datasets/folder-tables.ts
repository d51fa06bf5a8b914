import type { PixelBox } from '../domain/geometry.js';
import { annotationError } from './annotation-error.js';
import { boxOfCells } from './box-cells.js';
import { checkCells, checkOnce, flagCell, readTable, wholeCell, type Row } from './text-table.js';

const LARGEST_SIDE = 65_535;
const BOX_COLUMNS = 'frame,class,x1,y1,x2,y2';

export interface LabelTable {
  /** Classes of the header. */
  readonly names: readonly string[];
  /** Picture to 0 or 1 for each class of the model. */
  readonly byFrame: ReadonlyMap<string, readonly number[]>;
}

/**
 * Reads `labels.csv`: `frame,<class>,...`; classes that the model does not know are passed over.
 *
 * @param known the pictures, relative to the data set's folder
 */
export async function readLabelTable(
  file: string,
  classes: readonly string[],
  known: ReadonlySet<string>,
): Promise<LabelTable> {
  const [header, ...rows] = await readTable(file, /,/, 'the labels');
  const names = namesOfHeader(file, header, classes);
  const lines = new Map<string, number>();
  const byFrame = new Map<string, readonly number[]>();
  for (const row of rows) {
    checkCells(file, row, names.length + 1, 'the frame and a label for every class of the header');
    const frame = frameOf(file, row, known);
    checkOnce(file, row.cells[0]!, frame, lines);
    const flags = row.cells.slice(1).map((cell, i) => flagCell(file, cell, `the label of ${names[i]}`));
    byFrame.set(
      frame,
      classes.map((name) => flags[names.indexOf(name)]!),
    );
  }
  return { names, byFrame };
}

function namesOfHeader(file: string, header: Row | undefined, classes: readonly string[]): string[] {
  const line = header?.line ?? 1;
  const expected = `frame,${classes.join(',')}`;
  const [first, ...cells] = header?.cells ?? [];
  if (first?.text !== 'frame') {
    throw annotationError(
      { file, line, column: first?.column ?? 1 },
      `the header begins '${first?.text ?? ''}'`,
      expected,
    );
  }
  const names = cells.map(({ text }) => text);
  const again = cells.find(({ text }, i) => names.indexOf(text) < i);
  if (again !== undefined) {
    throw annotationError({ file, line, column: again.column }, `'${again.text}' again`, 'each class once');
  }
  for (const name of classes) {
    if (names.includes(name)) continue;
    throw annotationError(
      { file, line, column: first.column },
      `the header has no '${name}' but ${names.join(', ')}`,
      expected,
    );
  }
  return names;
}

export interface BoxTable {
  /** Size of the frames that the boxes were drawn on. */
  readonly size: { readonly width: number; readonly height: number };
  /** Picture to a box for each class of the model; pictures without a row are left out. */
  readonly byFrame: ReadonlyMap<string, readonly (PixelBox | undefined)[]>;
}

/**
 * Reads `boxes.csv`: `size,<width>,<height>`, then `frame,class,x1,y1,x2,y2`.
 *
 * @param others classes that the labels know: their boxes are passed over where the model does not know them
 */
export async function readBoxTable(
  file: string,
  classes: readonly string[],
  known: ReadonlySet<string>,
  others: readonly string[],
): Promise<BoxTable> {
  const [sizeRow, header, ...rows] = await readTable(file, /,/, 'the ground-truth boxes');
  const size = readSize(file, sizeRow);
  if (header?.cells.map(({ text }) => text).join(',') !== BOX_COLUMNS) {
    throw annotationError({ file, line: header?.line ?? 2, column: 1 }, 'another header', BOX_COLUMNS);
  }
  const allowed = [...new Set([...classes, ...others])];
  const lines = new Map<string, number>();
  const byFrame = new Map<string, (PixelBox | undefined)[]>();
  for (const row of rows) {
    checkCells(file, row, 6, BOX_COLUMNS);
    const frame = frameOf(file, row, known);
    const name = row.cells[1]!;
    if (!allowed.includes(name.text)) {
      throw annotationError({ file, ...name }, `class '${name.text}'`, allowed.join(', '));
    }
    checkOnce(file, name, `${frame}, ${name.text}`, lines);
    const box = boxOfCells(file, row.cells.slice(2), size);
    const own = byFrame.get(frame) ?? classes.map(() => undefined);
    byFrame.set(frame, own);
    const classId = classes.indexOf(name.text);
    if (classId >= 0) own[classId] = box;
  }
  return { size, byFrame };
}

function readSize(file: string, row: Row | undefined): BoxTable['size'] {
  const allowed = 'size,<width>,<height>: the pixels of the frames that the boxes were drawn on';
  if (row?.cells[0]?.text !== 'size') {
    throw annotationError(
      { file, line: row?.line ?? 1, column: 1 },
      `'${row?.cells[0]?.text ?? ''}'`,
      allowed,
    );
  }
  checkCells(file, row, 3, allowed);
  const [, width, height] = row.cells;
  return {
    width: wholeCell(file, width!, 1, LARGEST_SIDE, 'the width'),
    height: wholeCell(file, height!, 1, LARGEST_SIDE, 'the height'),
  };
}

function frameOf(file: string, { cells }: Row, known: ReadonlySet<string>): string {
  const cell = cells[0]!;
  const name = cell.text.replaceAll('\\', '/').replace(/^\.\//, '');
  if (!known.has(name)) {
    throw annotationError(
      { file, ...cell },
      `'${cell.text}'`,
      'a picture of the data set, relative to its folder; this one is not there',
    );
  }
  return name;
}
