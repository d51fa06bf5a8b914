import { fitted } from './draw-boxes.js';
import { font } from './fonts.js';
import { FAINT_INK, INK, PAPER } from './ink.js';
import { Picture } from './picture.js';

export interface FigureContent {
  readonly title: string;
  /** Below the title. */
  readonly subtitle?: string;
  /** All of one size, row by row. */
  readonly panels: readonly Picture[];
  readonly columns: number;
  readonly legend: Picture;
  /** Size of the letters, pixels. */
  readonly unit: number;
}

/** Panels on a grid under a title, with the legend at their right. */
export function composeFigure({
  title,
  subtitle = '',
  panels,
  columns,
  legend,
  unit,
}: FigureContent): Picture {
  const [{ width: panelWidth, height: panelHeight } = { width: 0, height: 0 }] = panels;
  const gap = Math.round(unit * 0.8);
  const head = Math.round(unit * (subtitle === '' ? 2.8 : 4.4));
  const rows = Math.ceil(panels.length / columns);
  const gridWidth = columns * (panelWidth + gap);
  const gridHeight = rows * (panelHeight + gap);
  const width = gap + gridWidth + legend.width;
  const height = head + Math.max(gridHeight, legend.height + gap);
  const figure = new Picture(width, height, PAPER);
  const { context } = figure;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.font = font(Math.round(unit * 1.25), 700);
  context.fillStyle = INK;
  context.fillText(fitted(figure, title, width - 2 * gap), gap, unit * 1.5);
  context.font = font(unit, 500);
  context.fillStyle = FAINT_INK;
  context.fillText(fitted(figure, subtitle, width - 2 * gap), gap, unit * 3.2);
  panels.forEach((panel, i) => {
    const x = gap + (i % columns) * (panelWidth + gap);
    const y = head + Math.floor(i / columns) * (panelHeight + gap);
    figure.paste(panel, x, y);
  });
  figure.paste(legend, gap + gridWidth, head);
  return figure;
}

/** The number of columns that makes a figure of so many panels nearest to the shape of a screen. */
export function columnsFor(
  count: number,
  panel: { readonly width: number; readonly height: number },
): number {
  const SCREEN = 1.5;
  let best = 1;
  let least = Infinity;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const shape = (columns * panel.width) / (rows * panel.height);
    const empty = (columns * rows - count) / count;
    const cost = Math.abs(Math.log(shape / SCREEN)) + empty;
    if (cost >= least) continue;
    least = cost;
    best = columns;
  }
  return best;
}
