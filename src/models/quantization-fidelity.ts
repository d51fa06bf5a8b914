/** How near an 8-bit graph is to the one it was made of, over the same frames. */
export interface Fidelity {
  /** Pearson correlation of the heatmaps of present classes: mean, and mean of the worst per cent. */
  readonly heatmapCorrelation: number;
  readonly worstHeatmapCorrelation: number;
  /** Share of presence decisions that are the same. */
  readonly presenceAgreement: number;
  /** Mean cosine of the features of present classes; absent when neither graph computes any. */
  readonly slfeCosine?: number;
  /** Mean matchedBoxIou of the boxes of present classes at the model's T_roi; absent when there is no box. */
  readonly boxIou?: number;
}

/** Smallest values with which an 8-bit model stands for its original. */
export const FIDELITY_BOUNDS = {
  heatmapCorrelation: 0.99,
  worstHeatmapCorrelation: 0.95,
  presenceAgreement: 0.995,
  slfeCosine: 0.99,
} as const satisfies Partial<Record<keyof Fidelity, number>>;

type Bounded = keyof typeof FIDELITY_BOUNDS;

const BOUNDED = Object.keys(FIDELITY_BOUNDS) as Bounded[];

/** What falls below its bound, for a person; empty when the model is near enough. */
export function missedBounds(fidelity: Fidelity): string[] {
  return BOUNDED.flatMap((name) => {
    const value = fidelity[name];
    return value === undefined || value >= FIDELITY_BOUNDS[name]
      ? []
      : [`${name} is ${value.toFixed(4)}, allowed is ${FIDELITY_BOUNDS[name]} or more`];
  });
}

/**
 * How much of what the bounds allow is used up, on average: 0 for the original itself, 1 where every value lies at its
 * bound. What ways of quantizing are compared by.
 */
export function shareOfAllowance(fidelity: Fidelity): number {
  return mean(
    BOUNDED.flatMap((name) => {
      const value = fidelity[name];
      return value === undefined ? [] : [(1 - value) / (1 - FIDELITY_BOUNDS[name])];
    }),
  );
}

/** Pearson correlation; two flat rows are alike, a flat one and another are not. */
export function correlation(a: Float32Array, b: Float32Array): number {
  return cosine(centred(a), centred(b));
}

/** Cosine of the angle; two zero rows are alike, a zero one and another are not. */
export function cosine(a: Float32Array, b: Float32Array): number {
  const [aa, bb, ab] = [dot(a, a), dot(b, b), dot(a, b)];
  if (aa === 0 || bb === 0) return aa === bb ? 1 : 0;
  return Math.max(-1, Math.min(1, ab / Math.sqrt(aa * bb)));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean of the smallest hundredth of the values, of at least one. */
export function worstPerCent(values: readonly number[]): number {
  return mean([...values].sort((a, b) => a - b).slice(0, Math.max(1, Math.floor(values.length / 100))));
}

function centred(row: Float32Array): Float32Array {
  const average = row.reduce((sum, value) => sum + value, 0) / row.length;
  return row.map((value) => value - average);
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
