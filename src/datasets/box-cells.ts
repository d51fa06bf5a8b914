import type { PixelBox } from '../domain/geometry.js';
import { annotationError } from './annotation-error.js';
import { coordinateCell, type Cell } from './text-table.js';

/**
 * A box of four cells, x1, y1, x2, y2, within a frame of that size; undefined where all are zero.
 * Error: invalid_argument at the cell that is wrong.
 */
export function boxOfCells(
  file: string,
  cells: readonly Cell[],
  { width, height }: { readonly width: number; readonly height: number },
): PixelBox | undefined {
  const [x1, y1, x2, y2] = cells.map((cell, i) => {
    return coordinateCell(file, cell, i % 2 === 0 ? width : height);
  }) as [number, number, number, number];
  if (x1 === 0 && y1 === 0 && x2 === 0 && y2 === 0) return undefined;
  if (x2 < x1 || y2 < y1) {
    throw annotationError({ file, ...cells[0]! }, `box ${x1}, ${y1}, ${x2}, ${y2}`, 'x1 <= x2 and y1 <= y2');
  }
  return { x1, y1, x2, y2 };
}
