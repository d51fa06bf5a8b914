import type { NormalizedPolygon } from '../domain/geometry.js';

/** Directions along pixel edges: right, down, left, up. */
const STEP_X = [1, 0, -1, 0] as const;
const STEP_Y = [0, 1, 0, -1] as const;

/**
 * The outer border of the component that holds (startX, startY), its topmost row's leftmost pixel, followed
 * clockwise along the edges between pixels, so that the polygon encloses exactly the component's pixels. Corner
 * points only, normalised to [0, 1].
 *
 * `connectivity` 8 keeps pixels that touch at a corner together, 4 keeps them apart.
 */
export function traceOutline(
  isInside: (x: number, y: number) => boolean,
  startX: number,
  startY: number,
  width: number,
  height: number,
  connectivity: 4 | 8 = 8,
): NormalizedPolygon {
  const points: number[] = [];
  let x = startX;
  let y = startY;
  let direction = 0;
  do {
    const next = turn(isInside, x, y, direction, connectivity);
    if (next !== direction || points.length === 0) points.push(x / width, y / height);
    direction = next;
    x += STEP_X[direction]!;
    y += STEP_Y[direction]!;
  } while (x !== startX || y !== startY || turn(isInside, x, y, direction, connectivity) !== 0);
  return Float32Array.from(points);
}

/**
 * Where a border that reached the corner (x, y) going `direction`, the component on its right hand, goes on. The
 * two pixels ahead decide; where they meet only at the corner, the connectivity does.
 */
function turn(
  isInside: (x: number, y: number) => boolean,
  x: number,
  y: number,
  direction: number,
  connectivity: 4 | 8,
): number {
  const aheadLeft = isInside(x + AHEAD_LEFT_X[direction]!, y + AHEAD_LEFT_Y[direction]!);
  const aheadRight = isInside(x + AHEAD_RIGHT_X[direction]!, y + AHEAD_RIGHT_Y[direction]!);
  if (aheadLeft && (aheadRight || connectivity === 8)) return (direction + 3) % 4;
  return aheadRight ? direction : (direction + 1) % 4;
}

/** The pixels ahead of a corner, to the left and to the right of each direction. */
const AHEAD_LEFT_X = [0, 0, -1, -1] as const;
const AHEAD_LEFT_Y = [-1, 0, 0, -1] as const;
const AHEAD_RIGHT_X = [0, -1, -1, 0] as const;
const AHEAD_RIGHT_Y = [0, 0, -1, -1] as const;
