import type { NormalizedPolygon, PixelBox } from '../domain/geometry.js';
import { traceOutline } from './outline.js';
import { RunTable } from './runs.js';

/** One contour of a thresholded heatmap. */
export interface HeatmapRegion {
  /** Upright bounding rectangle in pixels of the heatmap. */
  readonly box: PixelBox;
  /** Polygon in normalised coordinates, when asked for. */
  readonly outline?: NormalizedPolygon;
}

/** Boxes of this area in pixels or less are noise (the reference implementation's limit). */
const SMALLEST_AREA = 25;

const foreground = new RunTable();
const background = new RunTable();

/**
 * Every contour of `heatmap > threshold`, outer and hole contours alike (Pang et al. 2022, whose implementation asks
 * OpenCV for the flat list): outer ones are the 8-connected components of the foreground; a hole is a 4-connected
 * component of the background that does not reach the frame's border, and its rectangle is grown by the one pixel
 * of foreground around it. Rectangles of 25 pixels or less are left out. Order: outer contours, then holes.
 */
export function findRegions(
  heatmap: Float32Array,
  width: number,
  height: number,
  threshold: number,
  { outlines = false }: { readonly outlines?: boolean } = {},
): HeatmapRegion[] {
  scan(heatmap, width, height, threshold);
  const isForeground = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && heatmap[y * width + x]! > threshold;
  const regions: HeatmapRegion[] = [];
  for (const { box, x, y } of componentBoxes(foreground)) {
    if (!isLargeEnough(box)) continue;
    regions.push(outlines ? { box, outline: traceOutline(isForeground, x, y, width, height) } : { box });
  }
  for (const { box, x, y } of componentBoxes(background)) {
    if (box.x1 === 0 || box.y1 === 0 || box.x2 === width || box.y2 === height) continue;
    const grown = { x1: box.x1 - 1, y1: box.y1 - 1, x2: box.x2 + 1, y2: box.y2 + 1 };
    if (!isLargeEnough(grown)) continue;
    const isHole = (px: number, py: number): boolean => !isForeground(px, py);
    regions.push(
      outlines ? { box: grown, outline: traceOutline(isHole, x, y, width, height, 4) } : { box: grown },
    );
  }
  return regions;
}

function isLargeEnough(box: PixelBox): boolean {
  return (box.x2 - box.x1) * (box.y2 - box.y1) > SMALLEST_AREA;
}

/** Fills both run tables, row by row. */
function scan(heatmap: Float32Array, width: number, height: number, threshold: number): void {
  foreground.clear();
  background.clear();
  let foregroundAbove = 0;
  let backgroundAbove = 0;
  for (let y = 0; y < height; y++) {
    const foregroundHere = foreground.count;
    const backgroundHere = background.count;
    const offset = y * width;
    let start = 0;
    let inside = heatmap[offset]! > threshold;
    for (let x = 1; x < width; x++) {
      const here = heatmap[offset + x]! > threshold;
      if (here === inside) continue;
      (inside ? foreground : background).add(y, start, x);
      start = x;
      inside = here;
    }
    (inside ? foreground : background).add(y, start, width);
    foreground.joinRows(foregroundAbove, foregroundHere, foreground.count, 1);
    background.joinRows(backgroundAbove, backgroundHere, background.count, 0);
    foregroundAbove = foregroundHere;
    backgroundAbove = backgroundHere;
  }
}

interface Component {
  readonly box: PixelBox;
  /** Its first pixel: the leftmost of its top row. */
  readonly x: number;
  readonly y: number;
}

function componentBoxes(runs: RunTable): Component[] {
  const components = new Map<
    number,
    { x1: number; y1: number; x2: number; y2: number; x: number; y: number }
  >();
  for (let i = 0; i < runs.count; i++) {
    const root = runs.find(i);
    const row = runs.row(i);
    const known = components.get(root);
    if (known === undefined) {
      components.set(root, {
        x1: runs.start(i),
        y1: row,
        x2: runs.end(i),
        y2: row + 1,
        x: runs.start(i),
        y: row,
      });
      continue;
    }
    known.x1 = Math.min(known.x1, runs.start(i));
    known.x2 = Math.max(known.x2, runs.end(i));
    known.y2 = row + 1;
  }
  return [...components.values()].map(({ x1, y1, x2, y2, x, y }) => ({ box: { x1, y1, x2, y2 }, x, y }));
}

/** Mean heatmap value inside a box: its confidence. */
export function boxConfidence(heatmap: Float32Array, width: number, box: PixelBox): number {
  let sum = 0;
  for (let y = box.y1; y < box.y2; y++) {
    for (let i = y * width + box.x1, end = y * width + box.x2; i < end; i++) sum += heatmap[i]!;
  }
  return sum / ((box.x2 - box.x1) * (box.y2 - box.y1));
}
