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
 *
 * The threshold is compared as a float32, as the reference and the graph do: a pixel of exactly 0.3 is not above 0.3.
 * An outline encloses exactly the pixels of the component or of the hole (a hole's is thus a pixel inside its box).
 */
export function findRegions(
  heatmap: Float32Array,
  width: number,
  height: number,
  roiThreshold: number,
  { outlines = false }: { readonly outlines?: boolean } = {},
): HeatmapRegion[] {
  const threshold = Math.fround(roiThreshold);
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
    scanRow(heatmap, y, width, threshold);
    foreground.joinRows(foregroundAbove, foregroundHere, foreground.count, 1);
    background.joinRows(backgroundAbove, backgroundHere, background.count, 0);
    foregroundAbove = foregroundHere;
    backgroundAbove = backgroundHere;
  }
}

/** Background and foreground take turns along a row. What is not a number is background. */
function scanRow(heatmap: Float32Array, y: number, width: number, threshold: number): void {
  const offset = y * width;
  const end = offset + width;
  let i = offset;
  while (i < end) {
    let start = i;
    while (i < end && !(heatmap[i]! > threshold)) i++;
    if (i > start) background.add(y, start - offset, i - offset);
    start = i;
    while (i < end && heatmap[i]! > threshold) i++;
    if (i > start) foreground.add(y, start - offset, i - offset);
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
  // Two sums: one alone would wait for its own previous addition.
  let even = 0;
  let odd = 0;
  for (let y = box.y1; y < box.y2; y++) {
    const end = y * width + box.x2;
    let i = y * width + box.x1;
    for (; i + 1 < end; i += 2) {
      even += heatmap[i]!;
      odd += heatmap[i + 1]!;
    }
    if (i < end) even += heatmap[i]!;
  }
  return (even + odd) / ((box.x2 - box.x1) * (box.y2 - box.y1));
}
