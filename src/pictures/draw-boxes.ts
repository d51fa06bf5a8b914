import type { NormalizedBox, NormalizedPolygon } from '../domain/geometry.js';
import type { Rgb } from './class-colours.js';
import { font } from './fonts.js';
import { placeLabels, type Area } from './label-placement.js';
import type { Picture } from './picture.js';

export type LineStyle = 'solid' | 'dashed';

export interface BoxLayer {
  readonly box: NormalizedBox;
  readonly colour: Rgb;
  readonly label?: string;
  /** Dashed is for ground truth. If absent, solid. */
  readonly style?: LineStyle;
}

export interface OutlineLayer {
  readonly polygon: NormalizedPolygon;
  readonly colour: Rgb;
  readonly style?: LineStyle;
}

/** Sizes of lines and letters, in pixels, for a picture of this size. */
export function lineWidthFor({ width, height }: Pick<Picture, 'width' | 'height'>): number {
  return Math.max(2, Math.round(Math.min(width, height) / 260));
}

export function fontSizeFor({ width, height }: Pick<Picture, 'width' | 'height'>): number {
  return Math.max(11, Math.round(Math.min(width / 1.25, height) / 34));
}

/** Boxes with their labels; all lines first, so that no line crosses a label. */
export function drawBoxes(picture: Picture, boxes: readonly BoxLayer[]): void {
  const areas = boxes.map(({ box }) => areaOf(box, picture));
  boxes.forEach(({ colour, style }, i) => strokeBox(picture, areas[i]!, colour, style ?? 'solid'));
  drawLabels(picture, boxes, areas);
}

export function drawOutlines(picture: Picture, outlines: readonly OutlineLayer[]): void {
  const { context, width, height } = picture;
  for (const { polygon, colour, style } of outlines) {
    context.beginPath();
    for (let i = 0; i + 1 < polygon.length; i += 2) {
      context.lineTo(polygon[i]! * width, polygon[i + 1]! * height);
    }
    context.closePath();
    strokeTwice(picture, colour, style ?? 'solid', lineWidthFor(picture) / 1.5);
  }
}

/** Whole pixels inside the picture, at least one of them. */
function areaOf(box: NormalizedBox, { width, height }: Picture): Area {
  const x = Math.max(0, Math.min(width - 1, Math.round(box.x1 * width)));
  const y = Math.max(0, Math.min(height - 1, Math.round(box.y1 * height)));
  const right = Math.max(x + 1, Math.min(width, Math.round(box.x2 * width)));
  const bottom = Math.max(y + 1, Math.min(height, Math.round(box.y2 * height)));
  return { x, y, width: right - x, height: bottom - y };
}

/** The line runs along the inside of the box's edge, so that a box as large as the picture is seen whole. */
function strokeBox(picture: Picture, area: Area, colour: Rgb, style: LineStyle): void {
  const line = lineWidthFor(picture);
  const inset = Math.min(line, area.width, area.height) / 2;
  picture.context.beginPath();
  picture.context.rect(
    area.x + inset,
    area.y + inset,
    Math.max(0, area.width - 2 * inset),
    Math.max(0, area.height - 2 * inset),
  );
  strokeTwice(picture, colour, style, line);
}

/** A line under the coloured one, light for dark colours, keeps every colour visible on every background. */
function strokeTwice({ context }: Picture, colour: Rgb, style: LineStyle, line: number): void {
  context.lineJoin = 'miter';
  context.setLineDash([]);
  context.strokeStyle = haloOf(colour);
  context.lineWidth = line + 2;
  context.stroke();
  context.setLineDash(style === 'dashed' ? [line * 4, line * 3] : []);
  context.strokeStyle = css(colour);
  context.lineWidth = line;
  context.stroke();
  context.setLineDash([]);
}

function drawLabels(picture: Picture, boxes: readonly BoxLayer[], areas: readonly Area[]): void {
  const { context, width, height } = picture;
  const size = fontSizeFor(picture);
  const padding = Math.round(size * 0.4);
  context.font = font(size, 700);
  const labelled = boxes.flatMap(({ label, colour }, i) =>
    label === undefined || label === ''
      ? []
      : [{ label: fitted(picture, label, width), colour, anchor: areas[i]! }],
  );
  const requests = labelled.map(({ label, anchor }) => ({
    anchor,
    width: Math.ceil(context.measureText(label).width) + 2 * padding,
    height: Math.round(size * 1.5),
  }));
  placeLabels(requests, width, height).forEach((area, i) => {
    const { label, colour } = labelled[i]!;
    context.fillStyle = css(colour);
    context.fillRect(area.x, area.y, area.width, area.height);
    context.strokeStyle = haloOf(colour);
    context.lineWidth = 1;
    context.strokeRect(area.x + 0.5, area.y + 0.5, area.width - 1, area.height - 1);
    context.fillStyle = inkOn(colour);
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    context.fillText(label, area.x + padding, area.y + area.height / 2 + size * 0.04);
  });
}

/** A text cut with an ellipsis so that it is at most so wide in the context's font. */
export function fitted({ context }: Picture, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let kept = text.length - 1;
  while (kept > 0 && context.measureText(`${text.slice(0, kept)}…`).width > width) kept -= 1;
  return `${text.slice(0, kept).trimEnd()}…`;
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${red}, ${green}, ${blue})`;
}

function haloOf(colour: Rgb): string {
  return inkOn(colour) === '#000' ? 'rgba(0, 0, 0, 0.55)' : 'rgba(255, 255, 255, 0.7)';
}

/** Black or white, whichever is read better on the colour (relative luminance of WCAG, threshold of equal contrast). */
export function inkOn(colour: Rgb): string {
  const [red, green, blue] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000' : '#fff';
}
