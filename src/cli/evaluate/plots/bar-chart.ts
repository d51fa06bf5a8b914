import { scaleBand, scaleLinear } from 'd3-scale';
import { escaped, px, share } from './svg.js';

export interface Bar {
  readonly name: string;
  /** In [0, 1]; null: there is none. */
  readonly value: number | null;
}

const ROW = 24;
const LABEL_WIDTH = 190;
const VALUE_WIDTH = 46;

/** Horizontal bars of shares with their values written at the end, as SVG. */
export function barChart(description: string, bars: readonly Bar[], width: number): string {
  const height = bars.length * ROW + 4;
  const x = scaleLinear([0, 1], [LABEL_WIDTH, width - VALUE_WIDTH]);
  const y = scaleBand(
    bars.map(({ name }) => name),
    [0, height],
  ).padding(0.28);
  const rows = bars.map(({ name, value }) => {
    const top = y(name)!;
    const middle = px(top + y.bandwidth() / 2 + 4);
    const end = x(value ?? 0);
    return (
      `<text class="name" x="${LABEL_WIDTH - 8}" y="${middle}" text-anchor="end">${escaped(name)}</text>` +
      `<rect class="rest" x="${px(x(0))}" y="${px(top)}" width="${px(x(1) - x(0))}" height="${px(y.bandwidth())}"/>` +
      `<rect class="bar" x="${px(x(0))}" y="${px(top)}" width="${px(end - x(0))}" height="${px(y.bandwidth())}"/>` +
      `<text class="value" x="${width}" y="${middle}" text-anchor="end">${share(value)}</text>`
    );
  });
  return (
    `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" ` +
    `aria-label="${escaped(description)}">${rows.join('')}</svg>`
  );
}
