import { overlayHeatmap, type HeatmapValues } from '../localization/overlay.js';
import {
  drawBoxes,
  drawOutlines,
  fitted,
  fontSizeFor,
  type BoxLayer,
  type OutlineLayer,
} from './draw-boxes.js';
import { font } from './fonts.js';
import { FAINT_INK, INK, PAPER } from './ink.js';
import { Picture, type RgbFrame } from './picture.js';

export interface FrameLayers {
  /** Of any size: it is resized to the frame. */
  readonly heatmap?: HeatmapValues;
  readonly outlines?: readonly OutlineLayer[];
  readonly boxes?: readonly BoxLayer[];
  /** One line in a strip above the frame. */
  readonly title?: string;
  /** In the strip at its right end. */
  readonly note?: string;
  /** Said across the frame, for example that no class is present. */
  readonly message?: string;
  /** The frame is drawn so wide, in pixels, and lines and letters in proportion. If absent, as wide as it is. */
  readonly width?: number;
}

/**
 * A frame with what was found in it. The strip of a title adds `stripHeight` pixels at the top; all else is drawn on
 * the frame itself. The heatmap is mixed in at the frame's own resolution, before any scaling.
 */
export function drawFrame(frame: RgbFrame, layers: FrameLayers): Picture {
  const { heatmap, outlines = [], boxes = [], message, title, note } = layers;
  const mixed =
    heatmap === undefined ? frame.pixels : overlayHeatmap(frame.pixels, frame.width, frame.height, heatmap);
  const picture = scaled(Picture.ofFrame({ ...frame, pixels: mixed }), layers.width ?? frame.width);
  drawOutlines(picture, outlines);
  drawBoxes(picture, boxes);
  if (message !== undefined) drawMessage(picture, message);
  return title === undefined && note === undefined ? picture : withStrip(picture, title ?? '', note ?? '');
}

/** Height of the title strip above a frame that is drawn at this size. */
export function stripHeight(size: { readonly width: number; readonly height: number }): number {
  return Math.round(fontSizeFor(size) * 2);
}

function scaled(picture: Picture, width: number): Picture {
  if (width === picture.width) return picture;
  const height = Math.max(1, Math.round((picture.height * width) / picture.width));
  const other = new Picture(width, height);
  other.paste(picture, 0, 0, width, height);
  return other;
}

function withStrip(picture: Picture, title: string, note: string): Picture {
  const strip = stripHeight(picture);
  const whole = new Picture(picture.width, picture.height + strip, PAPER);
  whole.paste(picture, 0, strip);
  const { context, width } = whole;
  const size = fontSizeFor(picture);
  const margin = Math.round(size * 0.7);
  context.textBaseline = 'middle';
  context.font = font(size, 500);
  const room = width - 2 * margin;
  const shownNote = fitted(whole, note, room * 0.6);
  const noteWidth = shownNote === '' ? 0 : context.measureText(shownNote).width + margin;
  context.fillStyle = FAINT_INK;
  context.textAlign = 'right';
  context.fillText(shownNote, width - margin, strip / 2);
  context.font = font(size, 700);
  context.fillStyle = INK;
  context.textAlign = 'left';
  context.fillText(fitted(whole, title, room - noteWidth), margin, strip / 2);
  return whole;
}

function drawMessage(picture: Picture, message: string): void {
  const { context, width, height } = picture;
  const size = Math.round(fontSizeFor(picture) * 1.15);
  context.font = font(size, 700);
  const text = fitted(picture, message, width - 4 * size);
  const wide = context.measureText(text).width + 2 * size;
  const high = size * 2.2;
  context.fillStyle = 'rgba(12, 15, 19, 0.82)';
  context.beginPath();
  context.roundRect((width - wide) / 2, height - high - size, wide, high, size * 0.4);
  context.fill();
  context.fillStyle = INK;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, width / 2, height - size - high / 2);
}
