/**
 * Max-min fair shares of a capacity among demands of the same unit: nobody gets more than he asks for, and who gets
 * less than that gets as much as anybody (water-filling; Bertsekas and Gallager, Data Networks, section 6.5.2).
 */
export function maxMinShares(demands: readonly number[], capacity: number): number[] {
  const shares = demands.map(() => 0);
  const byDemand = demands.map((demand, place) => ({ demand, place })).sort((a, b) => a.demand - b.demand);
  let left = capacity;
  byDemand.forEach(({ demand, place }, served) => {
    const share = Math.min(demand, left / (byDemand.length - served));
    shares[place] = share;
    left -= share;
  });
  return shares;
}

/** Jain's index of fairness: 1 where all are alike, 1 / n where one has everything; 1 for nothing at all. */
export function jainIndex(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  const squares = values.reduce((total, value) => total + value * value, 0);
  return squares === 0 ? 1 : (sum * sum) / (values.length * squares);
}
