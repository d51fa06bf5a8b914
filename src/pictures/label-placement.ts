/** A rectangle in pixels, [x, x + width) x [y, y + height). */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface LabelRequest {
  /** What the label belongs to. */
  readonly anchor: Area;
  /** Size of the label itself. */
  readonly width: number;
  readonly height: number;
}

/**
 * Where labels go: at their anchor where they hide neither another label nor much of what they belong to, else as near
 * as there is room; always inside the picture as far as they fit into it. Where it is full, where they hide the least.
 */
export function placeLabels(labels: readonly LabelRequest[], width: number, height: number): Area[] {
  const placed: Area[] = [];
  for (const label of labels) {
    const { anchor } = label;
    const anchorSize = Math.max(1, anchor.width * anchor.height);
    let best: Area | undefined;
    let least = Infinity;
    positionsFor(label, width, height).forEach((candidate, rank) => {
      const size = candidate.width * candidate.height;
      const hidden = placed.reduce((sum, other) => sum + overlap(candidate, other), 0) / size;
      const cost = HIDDEN_COST * hidden + overlap(candidate, anchor) / anchorSize + RANK_COST * rank;
      if (cost >= least) return;
      least = cost;
      best = candidate;
    });
    if (best !== undefined) placed.push(best);
  }
  return placed;
}

/** Against 1 for hiding all of the anchor: for hiding all of another label, and for every better place passed over. */
const HIDDEN_COST = 100;
const RANK_COST = 0.02;

/** Above the anchor, then inside its upper edge, below, inside the lower edge; left before right; then row by row. */
function positionsFor({ anchor, width, height }: LabelRequest, right: number, bottom: number): Area[] {
  const clamp = (x: number, y: number): Area => ({
    x: Math.max(0, Math.min(x, right - width)),
    y: Math.max(0, Math.min(y, bottom - height)),
    width,
    height,
  });
  const lefts = [anchor.x, anchor.x + anchor.width - width];
  const end = anchor.y + anchor.height;
  const tops = [anchor.y - height, anchor.y, end, end - height];
  const beside = tops.flatMap((y) => lefts.map((x) => clamp(x, y)));
  const away: Area[] = [];
  for (let row = 1; row * height < bottom; row++) {
    for (const y of [anchor.y + row * height, anchor.y - (row + 1) * height]) {
      away.push(...lefts.map((x) => clamp(x, y)));
    }
  }
  return [...beside, ...away];
}

/** Pixels that two areas share. */
export function overlap(a: Area, b: Area): number {
  const wide = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const high = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return wide > 0 && high > 0 ? wide * high : 0;
}
