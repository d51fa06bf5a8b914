/** A straight line through samples. */
export interface Slope {
  /** Of the line, in units of y per unit of x. */
  readonly perUnit: number;
  /** 95 % interval of it. */
  readonly interval: readonly [number, number];
}

/** Two-sided 95 % of the normal distribution: there are dozens of samples where it matters. */
const Z95 = 1.96;

/**
 * Least squares with the interval of its slope. The samples should not depend on their neighbours: give means of
 * minutes, not single readings. Of fewer than three samples the interval is infinite.
 */
export function slopeOf(samples: readonly (readonly [x: number, y: number])[]): Slope {
  const n = samples.length;
  const meanX = samples.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = samples.reduce((sum, [, y]) => sum + y, 0) / n;
  const variance = samples.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (n < 2 || variance === 0) return { perUnit: 0, interval: [-Infinity, Infinity] };
  const perUnit = samples.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / variance;
  if (n < 3) return { perUnit, interval: [-Infinity, Infinity] };
  const residual = samples.reduce((sum, [x, y]) => sum + (y - meanY - perUnit * (x - meanX)) ** 2, 0);
  const half = Z95 * Math.sqrt(residual / (n - 2) / variance);
  return { perUnit, interval: [perUnit - half, perUnit + half] };
}
