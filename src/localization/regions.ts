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

/** Takes the runs of a row from left to right: each `add` tells what lies between the one before it and `end`. */
export interface RunSink {
  beginRow(y: number): void;
  add(isForeground: boolean, end: number): void;
  endRow(): void;
}

/** A heatmap as far as its regions need it. Thresholds are float32 values; what is not a number is not above any. */
export interface RegionMap {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Hands over every row, top to bottom, as runs of pixels above the threshold and not above it. */
  scan(threshold: number, sink: RunSink): void;
  isAbove(x: number, y: number, threshold: number): boolean;
  /** Mean value inside a box. */
  mean(box: PixelBox): number;
}

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
  map: RegionMap,
  roiThreshold: number,
  { outlines = false }: { readonly outlines?: boolean } = {},
): HeatmapRegion[] {
  const { width, height } = map;
  const threshold = Math.fround(roiThreshold);
  runs.clear();
  map.scan(threshold, runs);
  const isForeground = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && map.isAbove(x, y, threshold);
  const regions: HeatmapRegion[] = [];
  for (const { box, x, y } of componentBoxes(runs.foreground)) {
    if (!isLargeEnough(box)) continue;
    regions.push(outlines ? { box, outline: traceOutline(isForeground, x, y, width, height) } : { box });
  }
  for (const { box, x, y } of componentBoxes(runs.background)) {
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

/** Both kinds of runs of a map, joined row by row. */
class MapRuns implements RunSink {
  readonly foreground = new RunTable();
  readonly background = new RunTable();
  private y = 0;
  private start = 0;
  private end = 0;
  private isForeground = false;
  private foregroundAbove = 0;
  private backgroundAbove = 0;
  private foregroundHere = 0;
  private backgroundHere = 0;

  clear(): void {
    this.foreground.clear();
    this.background.clear();
    this.foregroundAbove = this.backgroundAbove = 0;
  }

  beginRow(y: number): void {
    this.y = y;
    this.start = this.end = 0;
    this.foregroundHere = this.foreground.count;
    this.backgroundHere = this.background.count;
  }

  add(isForeground: boolean, end: number): void {
    if (isForeground !== this.isForeground) {
      this.finishRun();
      this.isForeground = isForeground;
    }
    this.end = end;
  }

  endRow(): void {
    this.finishRun();
    const { foreground, background, foregroundHere, backgroundHere } = this;
    foreground.joinRows(this.foregroundAbove, foregroundHere, foreground.count, 1);
    background.joinRows(this.backgroundAbove, backgroundHere, background.count, 0);
    this.foregroundAbove = foregroundHere;
    this.backgroundAbove = backgroundHere;
  }

  private finishRun(): void {
    if (this.end > this.start)
      (this.isForeground ? this.foreground : this.background).add(this.y, this.start, this.end);
    this.start = this.end;
  }
}

/** One for all maps: it grows to what the largest needs. */
const runs = new MapRuns();

interface Component {
  readonly box: PixelBox;
  /** Its first pixel: the leftmost of its top row. */
  readonly x: number;
  readonly y: number;
}

function componentBoxes(table: RunTable): Component[] {
  const components = new Map<
    number,
    { x1: number; y1: number; x2: number; y2: number; x: number; y: number }
  >();
  for (let i = 0; i < table.count; i++) {
    const root = table.find(i);
    const row = table.row(i);
    const known = components.get(root);
    if (known === undefined) {
      components.set(root, {
        x1: table.start(i),
        y1: row,
        x2: table.end(i),
        y2: row + 1,
        x: table.start(i),
        y: row,
      });
      continue;
    }
    known.x1 = Math.min(known.x1, table.start(i));
    known.x2 = Math.max(known.x2, table.end(i));
    known.y2 = row + 1;
  }
  return [...components.values()].map(({ x1, y1, x2, y2, x, y }) => ({ box: { x1, y1, x2, y2 }, x, y }));
}
