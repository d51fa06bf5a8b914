import type { PixelBox } from '../domain/geometry.js';
import { annotationError } from './annotation-error.js';
import { boxOfCells } from './box-cells.js';
import { TISSUE } from './class-mapping.js';
import { ENDOVIS18_FRAME, ENDOVIS18_TOOLS, TEN_TOOLS } from './endovis18-tree.js';
import { checkCells, checkOnce, flagCell, readTable, wholeCell, type Cell, type Row } from './text-table.js';

/** What a row holds, whether the file has eight instruments or ten: the ten, then the tissue. */
export const ENDOVIS18_COLUMNS: readonly string[] = [...TEN_TOOLS, TISSUE];

/** A row's content and where it stands. */
export interface Located<T> {
  /** The cell that names the frame. */
  readonly cell: Cell;
  readonly value: T;
}

/** Rows by frame name, `frame<NNN>`. */
export type FrameRows<T> = ReadonlyMap<string, Located<T>>;

/**
 * Tool labels: a header line, then `<NNN> <t0> ... <t7>` separated by white space; ten labels where the header names
 * the ten instruments. Values are 0 or 1 for each of `ENDOVIS18_COLUMNS`. Errors: not_found, invalid_argument with line
 * and column.
 */
export async function readLabelRows(file: string): Promise<FrameRows<readonly number[]>> {
  const rows = await readTable(file, /\s+/, 'the tool labels');
  const [header] = rows;
  if (header?.cells.every(({ text }) => /^\d+$/.test(text)) === true) {
    throw annotationError(
      { file, ...header.cells[0]! },
      'the first line is a row of numbers',
      'a header line, then one row a frame',
    );
  }
  const tools = toolsOfHeader(header);
  const missing = TEN_TOOLS.slice(tools.length).map(() => 0);
  const lines = new Map<string, number>();
  const labels = new Map<string, Located<readonly number[]>>();
  for (const row of rows.slice(1)) {
    checkCells(file, row, tools.length + 1, `the frame number and ${COUNTS[tools.length]!} labels`);
    const [number, ...cells] = row.cells as [Cell, ...Cell[]];
    wholeCell(file, number, 0, 999_999, 'the frame number');
    const flags = cells.map((cell, i) => flagCell(file, cell, `the label of ${tools[i]}`));
    const name = `frame${number.text}`;
    checkOnce(file, number, name, lines);
    labels.set(name, { cell: number, value: [...flags, ...missing, 1] });
  }
  return labels;
}

const COUNTS: Readonly<Record<number, string>> = { 8: 'eight', 9: 'nine', 10: 'ten', 11: 'eleven' };

/** The real headers differ from file to file; only one that names all ten instruments in their order means ten columns. */
function toolsOfHeader(header: Row | undefined): readonly string[] {
  const names = header?.cells.slice(1).map(({ text }) => text) ?? [];
  const isTen = names.length === TEN_TOOLS.length && TEN_TOOLS.every((name, i) => names[i] === name);
  return isTen ? TEN_TOOLS : ENDOVIS18_TOOLS;
}

/**
 * `frame<NNN>, x1, y1, x2, y2, ...` with nine boxes in pixels of `ENDOVIS18_FRAME`, all zero where absent; with eleven
 * where the first row has them. Values are a box or undefined for each of `ENDOVIS18_COLUMNS`. Errors: not_found,
 * invalid_argument with line and column.
 */
export async function readBoxRows(file: string): Promise<FrameRows<readonly (PixelBox | undefined)[]>> {
  const rows = (await readTable(file, /,/, 'the ground-truth boxes')).map((row) => {
    // a comma behind the last number is common, and harmless
    return row.cells.at(-1)!.text === '' ? { ...row, cells: row.cells.slice(0, -1) } : row;
  });
  const most = ENDOVIS18_COLUMNS.length;
  const count = rows[0]?.cells.length === 1 + most * 4 ? most : ENDOVIS18_TOOLS.length + 1;
  const missing = ENDOVIS18_COLUMNS.slice(count).map(() => undefined);
  const lines = new Map<string, number>();
  const boxes = new Map<string, Located<readonly (PixelBox | undefined)[]>>();
  for (const row of rows) {
    const { cells } = row;
    checkCells(file, row, 1 + count * 4, `the frame's name and ${COUNTS[count]!} boxes x1, y1, x2, y2`);
    const name = cells[0]!;
    if (!/^frame\d+$/.test(name.text))
      throw annotationError({ file, ...name }, `'${name.text}'`, 'frame<NNN>');
    checkOnce(file, name, name.text, lines);
    const all = Array.from({ length: count }, (_, i) =>
      boxOfCells(file, cells.slice(1 + i * 4, 5 + i * 4), ENDOVIS18_FRAME),
    );
    boxes.set(name.text, { cell: name, value: [...all.slice(0, -1), ...missing, all.at(-1)] });
  }
  return boxes;
}

/** A box and the class it belongs to, in pixels of `ENDOVIS18_FRAME`. */
export interface NamedBox {
  readonly name: string;
  readonly box: PixelBox;
}

/** Boxes of every frame of a `gt_bbox/seq_<n>.txt`, by frame name. Errors: not_found, invalid_argument with line and column. */
export async function readEndoVis18Boxes(file: string): Promise<ReadonlyMap<string, readonly NamedBox[]>> {
  const rows = await readBoxRows(file);
  return new Map(
    [...rows].map(([frame, { value }]) => [
      frame,
      value.flatMap((box, i) => (box === undefined ? [] : [{ name: ENDOVIS18_COLUMNS[i]!, box }])),
    ]),
  );
}
