import { readFile } from 'node:fs/promises';
import { SurgicamError } from '../domain/errors.js';
import { annotationError } from './annotation-error.js';

/** A cell of a text table and where it stands. */
export interface Cell {
  readonly text: string;
  /** Both from 1; of the text without the space around it. */
  readonly line: number;
  readonly column: number;
}

export interface Row {
  /** From 1. */
  readonly line: number;
  readonly cells: readonly Cell[];
}

/**
 * The rows of a text file, cells separated by `separator`; empty lines, carriage returns and a byte order mark are
 * left out. Errors: not_found for a missing file, with what it is for.
 */
export async function readTable(file: string, separator: RegExp, what: string): Promise<Row[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new SurgicamError('not_found', `${file} is missing or cannot be read: it holds ${what}`, {
      cause: error,
    });
  });
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line, index) => ({ line: index + 1, cells: cellsOf(line.trimEnd(), index + 1, separator) }))
    .filter(({ cells }) => cells.length > 0);
}

function cellsOf(line: string, number: number, separator: RegExp): Cell[] {
  const cells: Cell[] = [];
  if (line.trim() === '') return cells;
  const splitter = new RegExp(separator, 'g');
  let start = 0;
  const add = (end: number): void => {
    const raw = line.slice(start, end);
    const text = raw.trim();
    cells.push({ text, line: number, column: start + (raw.length - raw.trimStart().length) + 1 });
  };
  for (const match of line.matchAll(splitter)) {
    // Leading white space makes no empty first cell.
    if (match.index > 0 || match[0].trim() !== '') add(match.index);
    start = match.index + match[0].length;
  }
  add(line.length);
  return cells;
}

/** A whole number of a cell within a range. */
export function wholeCell(file: string, cell: Cell, low: number, high: number, what: string): number {
  const value = Number(cell.text);
  if (!/^-?\d+$/.test(cell.text) || value < low || value > high) {
    throw annotationError(
      { file, ...cell },
      `${what} is '${cell.text}'`,
      `a whole number from ${low} to ${high}`,
    );
  }
  return value;
}

/** 0 or 1 of a cell. */
export function flagCell(file: string, cell: Cell, what: string): number {
  return wholeCell(file, cell, 0, 1, what);
}

/** A coordinate of a cell, pixels; it may have a fraction. */
export function coordinateCell(file: string, cell: Cell, high: number): number {
  const value = Number(cell.text);
  if (!/^\d+(\.\d*)?$/.test(cell.text) || value > high) {
    throw annotationError(
      { file, ...cell },
      `the coordinate is '${cell.text}'`,
      `a number from 0 to ${high}`,
    );
  }
  return value;
}

/** A row with exactly so many cells. The place told is the first one too many, or just behind the last. */
export function checkCells(file: string, { line, cells }: Row, count: number, what: string): void {
  if (cells.length === count) return;
  const last = cells.at(-1)!;
  const column = cells[count]?.column ?? last.column + last.text.length;
  throw annotationError({ file, line, column }, `the row has ${cells.length} columns`, `${count}: ${what}`);
}

/**
 * Notes that a row is about `key`. `lines`: key to line, of the rows so far.
 * Error: invalid_argument at `cell` when an earlier row was about the same.
 */
export function checkOnce(file: string, cell: Cell, key: string, lines: Map<string, number>): void {
  const first = lines.get(key);
  if (first !== undefined)
    throw annotationError({ file, ...cell }, `${key} again, after line ${first}`, 'each once');
  lines.set(key, cell.line);
}
