import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { escaped, px } from '../../evaluate/plots/svg.js';

export interface ChartSeries {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Lines over two axes, of which y begins at 0. */
export interface Chart {
  /** Also the name of its file. */
  readonly name: string;
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly ChartSeries[];
}

const SIZE = { width: 640, height: 340 } as const;
const MARGIN = { top: 34, right: 20, bottom: 44, left: 64 } as const;
/** Told apart by people who see red and green alike (Okabe and Ito 2008), and by their dashes in print. */
const STROKES = [
  ['#0072b2', ''],
  ['#d55e00', '7 4'],
  ['#009e73', '2 3'],
  ['#cc79a7', '9 3 2 3'],
] as const;

/** A chart as an SVG file that needs nothing beside it. */
export function plot({ title, xLabel, yLabel, series }: Chart): string {
  const points = series.flatMap((one) => one.points);
  const xs = points.map(([x]) => x);
  const { width, height } = SIZE;
  const x = scaleLinear(
    [Math.min(0, ...xs), Math.max(1e-9, ...xs)],
    [MARGIN.left, width - MARGIN.right],
  ).nice();
  const top = Math.max(1e-9, ...points.map(([, y]) => y));
  const y = scaleLinear([0, top], [height - MARGIN.bottom, MARGIN.top]).nice();
  const bottom = y(0);
  const rows = y
    .ticks(5)
    .map(
      (tick) =>
        `<line x1="${MARGIN.left}" x2="${width - MARGIN.right}" y1="${px(y(tick))}" y2="${px(y(tick))}" stroke="#ddd"/>` +
        text(MARGIN.left - 8, y(tick) + 4, 'end', y.tickFormat(5)(tick)),
    );
  const columns = x.ticks(7).map((tick) => text(x(tick), bottom + 17, 'middle', x.tickFormat(7)(tick)));
  const path = line<readonly [number, number]>(
    ([at]) => x(at),
    ([, value]) => y(value),
  ).digits(2);
  const lines = series.map((one, index) => {
    const [stroke, dashes] = STROKES[index % STROKES.length]!;
    const dash = dashes === '' ? '' : ` stroke-dasharray="${dashes}"`;
    const dots = one.points.length > 20 ? [] : one.points;
    const marks = dots.map(
      ([at, value]) => `<circle cx="${px(x(at))}" cy="${px(y(value))}" r="3" fill="${stroke}"/>`,
    );
    const key = MARGIN.left + 8 + index * 150;
    return (
      `<path d="${path(one.points) ?? ''}" fill="none" stroke="${stroke}" stroke-width="2"${dash}/>${marks.join('')}` +
      `<line x1="${key}" x2="${key + 24}" y1="26" y2="26" stroke="${stroke}" stroke-width="2"${dash}/>` +
      text(key + 30, 30, 'start', one.name)
    );
  });
  const middle = (MARGIN.top + height - MARGIN.bottom) / 2;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `role="img" aria-label="${escaped(title)}" font-family="sans-serif" font-size="12">` +
    `<rect width="${width}" height="${height}" fill="#fff"/>${rows.join('')}${columns.join('')}${lines.join('')}` +
    `<text x="${MARGIN.left}" y="15" font-weight="bold">${escaped(title)}</text>` +
    text((MARGIN.left + width - MARGIN.right) / 2, height - 8, 'middle', xLabel) +
    `<text x="15" y="${px(middle)}" text-anchor="middle" transform="rotate(-90 15 ${px(middle)})">${escaped(yLabel)}</text></svg>\n`
  );
}

function text(x: number, y: number, anchor: string, words: string): string {
  return `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}">${escaped(words)}</text>`;
}
