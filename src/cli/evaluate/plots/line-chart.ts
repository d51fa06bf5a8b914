import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { escaped, px } from './svg.js';

export interface Series {
  readonly name: string;
  /** Number of a colour of the page's palette, from 1. */
  readonly colour: number;
  readonly points: readonly (readonly [number, number])[];
  /** Dashes tell lines apart where colours do not. */
  readonly dashes?: string;
}

export interface LineChart {
  /** Said to readers who do not see the picture. */
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly width: number;
  readonly height: number;
  readonly series: readonly Series[];
  /** A vertical line with a word on it. */
  readonly mark?: { readonly x: number; readonly label: string };
}

const MARGIN = { top: 12, right: 14, bottom: 40, left: 46 };

/** Lines over [0, 1] x [0, 1], as SVG. Names stand in the caption of the page, not in the chart. */
export function lineChart(chart: LineChart): string {
  const { width, height, series, mark } = chart;
  const x = scaleLinear([0, 1], [MARGIN.left, width - MARGIN.right]);
  const y = scaleLinear([0, 1], [height - MARGIN.bottom, MARGIN.top]);
  const ticks = width < 260 ? [0, 0.5, 1] : [0, 0.2, 0.4, 0.6, 0.8, 1];
  const grid = ticks.map(
    (tick) =>
      `<line class="grid" x1="${px(x(0))}" x2="${px(x(1))}" y1="${px(y(tick))}" y2="${px(y(tick))}"/>` +
      `<text class="tick" x="${px(x(0) - 6)}" y="${px(y(tick) + 3.5)}" text-anchor="end">${tick}</text>` +
      `<text class="tick" x="${px(x(tick))}" y="${px(y(0) + 15)}" text-anchor="middle">${tick}</text>`,
  );
  const path = line<readonly [number, number]>(
    ([px0]) => x(px0),
    ([, py0]) => y(py0),
  ).digits(2);
  const lines = series.map(({ points, colour, dashes }) => {
    const dash = dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`;
    return `<path class="line c${colour}" d="${path(points) ?? ''}"${dash}/>`;
  });
  const marker =
    mark === undefined
      ? ''
      : `<line class="mark" x1="${px(x(mark.x))}" x2="${px(x(mark.x))}" y1="${px(y(0))}" y2="${px(y(1))}"/>` +
        `<text class="label" x="${px(x(mark.x) + (mark.x > 0.7 ? -5 : 5))}" y="${px(y(1) + 9)}" ` +
        `text-anchor="${mark.x > 0.7 ? 'end' : 'start'}">${escaped(mark.label)}</text>`;
  const middle = (MARGIN.top + height - MARGIN.bottom) / 2;
  return (
    `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" ` +
    `aria-label="${escaped(chart.description)}">${grid.join('')}${lines.join('')}${marker}` +
    `<text class="axis" x="${px((x(0) + x(1)) / 2)}" y="${height - 6}" text-anchor="middle">${escaped(chart.xLabel)}</text>` +
    `<text class="axis" x="12" y="${px(middle)}" text-anchor="middle" transform="rotate(-90 12 ${px(middle)})">` +
    `${escaped(chart.yLabel)}</text></svg>`
  );
}
