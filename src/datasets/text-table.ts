import { readFile } from 'node:fs/promises';
import { SurgicamError } from '../domain/errors.js';
import { annotationError, type Place } from './annotation-error.js';

/** A cell of a text table and where it stands. */
export interface Cell {
  readonly text: string;
  /** From 1. */
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
    .map((line, index) => ({ line: index + 1, cells: cellsOf(line.replace(/\s+$/, ''), separator) }))
    .filter(({ cells }) => cells.length > 0);
}

function cellsOf(line: string, separator: RegExp): Cell[] {
  const cells: Cell[] = [];
  if (line.trim() === '') return cells;
  const splitter = new RegExp(separator, 'g');
  let start = 0;
  const add = (end: number): void => {
    const raw = line.slice(start, end);
    const text = raw.trim();
    cells.push({ text, column: start + (raw.length - raw.trimStart().length) + 1 });
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
export function wholeCell(place: Place, { text }: Cell, low: number, high: number, what: string): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value < low || value > high) {
    throw annotationError(place, `${what} is '${text}'`, `a whole number from ${low} to ${high}`);
  }
  return value;
}

/** 0 or 1 of a cell. */
export function flagCell(place: Place, cell: Cell, what: string): number {
  return wholeCell(place, cell, 0, 1, what);
}

/** A row with exactly so many cells. */
export function checkCells(file: string, { line, cells }: Row, count: number, what: string): void {
  if (cells.length === count) return;
  const column = cells.length > count ? cells[count]!.column : (cells.at(-1)?.column ?? 1);
  throw annotationError({ file, line, column }, `the row has ${cells.length} columns`, `${count}: ${what}`);
}
