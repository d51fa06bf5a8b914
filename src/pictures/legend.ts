import { JET } from '../localization/colour-map.js';
import type { Rgb } from './class-colours.js';
import { css, fitted } from './draw-boxes.js';
import { font } from './fonts.js';
import { FAINT_INK, INK, LINE, PAPER } from './ink.js';
import { Picture } from './picture.js';

export interface LegendEntry {
  readonly name: string;
  readonly colour: Rgb;
  /** [0, 1]; absent for a class that the model does not know. */
  readonly probability?: number;
  /** T_class. */
  readonly threshold?: number;
  readonly isPresent: boolean;
}

export interface LegendContent {
  readonly entries: readonly LegendEntry[];
  /** How the heatmap was made, for example `grad-cam of layer4`; absent where none is shown. */
  readonly heatmap?: string;
  /** T_roi, marked on the heatmap's scale. */
  readonly roiThreshold?: number;
  /** Dashed boxes are explained. */
  readonly hasTruth: boolean;
  readonly hasBoxes: boolean;
}

/** What the colours and numbers mean. `unit` is the size of its letters, pixels. */
export function drawLegend(content: LegendContent, unit: number): Picture {
  const rows = content.entries.length;
  const hasScale = content.heatmap !== undefined;
  const notes = Number(content.hasBoxes) * 2 + Number(content.hasTruth);
  const width = Math.round(unit * 22);
  const height = Math.ceil(unit * (2.7 + rows * 2.7 + (hasScale ? 5.4 : 0) + notes * 1.7));
  const pen = new LegendPen(new Picture(width, height, PAPER), unit);
  pen.heading('probability, threshold marked');
  for (const entry of content.entries) pen.entry(entry);
  if (hasScale) pen.scale(content.heatmap, content.roiThreshold);
  if (content.hasBoxes) pen.line('solid', 'predicted', 'number: heatmap mean in it');
  if (content.hasTruth) pen.line('dashed', 'ground truth');
  return pen.picture;
}

class LegendPen {
  #y: number;
  readonly #left: number;
  readonly #right: number;

  constructor(
    readonly picture: Picture,
    private readonly unit: number,
  ) {
    this.#y = unit * 0.5;
    this.#left = unit;
    this.#right = picture.width - unit;
    picture.context.textBaseline = 'middle';
  }

  heading(text: string): void {
    this.#text(text, this.#left, this.#y + this.unit * 0.6, { weight: 500, colour: FAINT_INK });
    this.#y += this.unit * 1.9;
  }

  entry({ name, colour, probability, threshold, isPresent }: LegendEntry): void {
    const { context } = this.picture;
    const { unit } = this;
    const middle = this.#y + unit * 0.6;
    context.fillStyle = css(colour);
    context.fillRect(this.#left, middle - unit * 0.45, unit * 0.9, unit * 0.9);
    context.strokeStyle = LINE;
    context.lineWidth = 1;
    context.strokeRect(this.#left + 0.5, middle - unit * 0.45 + 0.5, unit * 0.9 - 1, unit * 0.9 - 1);
    const look = isPresent
      ? ({ weight: 700, colour: INK } as const)
      : ({ weight: 500, colour: FAINT_INK } as const);
    const number = probability === undefined ? '' : probability.toFixed(2);
    this.#text(name, this.#left + unit * 1.4, middle, look, this.#right - this.#left - unit * 4.4);
    this.#text(number, this.#right, middle, { ...look, align: 'right' });
    if (probability !== undefined) this.#bar(probability, threshold, isPresent);
    this.#y += unit * 2.7;
  }

  scale(heatmap: string, roiThreshold: number | undefined): void {
    const { context } = this.picture;
    const { unit } = this;
    this.#y += unit * 0.9;
    this.heading(heatmap);
    const wide = this.#right - this.#left;
    for (let x = 0; x < wide; x++) {
      const index = Math.round((255 * x) / (wide - 1)) * 3;
      context.fillStyle = css([JET[index]!, JET[index + 1]!, JET[index + 2]!]);
      context.fillRect(this.#left + x, this.#y, 1, unit * 0.8);
    }
    const under = this.#y + unit * 1.6;
    this.#text('0', this.#left, under, { weight: 500, colour: FAINT_INK });
    this.#text('1', this.#right, under, { weight: 500, colour: FAINT_INK, align: 'right' });
    if (roiThreshold !== undefined && roiThreshold > 0 && roiThreshold < 1) {
      const x = this.#left + Math.round(wide * roiThreshold);
      context.fillStyle = INK;
      context.fillRect(x - 1, this.#y - unit * 0.25, 2, unit * 1.3);
      if (roiThreshold > 0.15 && roiThreshold < 0.85) {
        const text = `boxes above ${roiThreshold.toFixed(2)}`;
        const align = roiThreshold < 0.5 ? 'left' : 'right';
        this.#text(text, x, under, { weight: 500, colour: FAINT_INK, align });
      }
    }
    this.#y += unit * 3;
  }

  line(style: 'solid' | 'dashed', text: string, more?: string): void {
    const { context } = this.picture;
    const { unit } = this;
    const middle = this.#y + unit * 0.6;
    context.strokeStyle = INK;
    context.lineWidth = Math.max(2, unit / 7);
    context.setLineDash(style === 'dashed' ? [unit * 0.5, unit * 0.35] : []);
    context.beginPath();
    context.moveTo(this.#left, middle);
    context.lineTo(this.#left + unit * 2, middle);
    context.stroke();
    context.setLineDash([]);
    this.#text(text, this.#left + unit * 2.6, middle, { weight: 500, colour: INK });
    this.#y += unit * 1.7;
    if (more === undefined) return;
    this.#text(more, this.#left + unit * 2.6, this.#y + unit * 0.4, { weight: 500, colour: FAINT_INK });
    this.#y += unit * 1.7;
  }

  #bar(probability: number, threshold: number | undefined, isPresent: boolean): void {
    const { context } = this.picture;
    const from = this.#left + this.unit * 1.4;
    const wide = this.#right - from;
    const top = this.#y + this.unit * 1.45;
    const high = Math.max(3, Math.round(this.unit * 0.32));
    context.fillStyle = LINE;
    context.fillRect(from, top, wide, high);
    context.fillStyle = isPresent ? INK : FAINT_INK;
    context.fillRect(from, top, wide * probability, high);
    if (threshold === undefined) return;
    context.fillStyle = isPresent ? '#e5484d' : INK;
    context.fillRect(from + wide * threshold - 1, top - 2, 2, high + 4);
  }

  #text(
    text: string,
    x: number,
    y: number,
    look: { readonly weight: 500 | 700; readonly colour: string; readonly align?: 'left' | 'right' },
    room = Infinity,
  ): void {
    const { context } = this.picture;
    context.font = font(this.unit, look.weight);
    context.fillStyle = look.colour;
    context.textAlign = look.align ?? 'left';
    context.fillText(fitted(this.picture, text, room), x, y);
  }
}
