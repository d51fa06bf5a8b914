import { TISSUE } from '../../datasets/class-mapping.js';
import { ENDOVIS18_FRAME, ENDOVIS18_TOOLS, TEN_TOOLS } from '../../datasets/endovis18-tree.js';
import type { PixelBox } from '../../domain/geometry.js';
import { labelledTools, type FrameTruth } from './frame-truth.js';
import type { RenderOptions } from './render-options.js';

type TextOptions = Pick<RenderOptions, 'tools' | 'boxes' | 'width' | 'height'>;

/** First line of `annotation_tool/.../seq_<n>.txt`. */
export function labelHeader(tools: 8 | 10): string {
  return ['frame', ...toolNames(tools)].join(' ');
}

/** `<NNN> <t0> ... <t7>`, or to `<t9>`. */
export function labelRow(number: string, truth: FrameTruth, options: TextOptions): string {
  const present = new Set<string>(labelledTools(truth, options).map(({ name }) => name));
  return [number, ...toolNames(options.tools).map((name) => (present.has(name) ? 1 : 0))].join(' ');
}

/** `frame<NNN>, x1, y1, x2, y2, ...`, the tissue last, zeros where absent. */
export function boxRow(number: string, truth: FrameTruth, options: TextOptions): string {
  const boxes = new Map<string, PixelBox>(labelledTools(truth, options).map(({ name, box }) => [name, box]));
  boxes.set(TISSUE, truth.tissueBox);
  const corners = [...toolNames(options.tools), TISSUE].map((name) => {
    const box = boxes.get(name);
    if (box === undefined) return '0, 0, 0, 0';
    const { x1, y1, x2, y2 } = toCamera(box, options);
    return `${x1}, ${y1}, ${x2}, ${y2}`;
  });
  return [`frame${number}`, ...corners].join(', ');
}

/** `seq_<n>/xml/frame<NNN>.xml`: the instruments and what they do, the tissue, and the caption. */
export function annotationXml(truth: FrameTruth, options: TextOptions): string {
  const objects = labelledTools(truth, options).map(({ name, box, interaction }) => {
    return objectXml(name, toCamera(box, options), `<interaction>${interaction}</interaction>`);
  });
  const tissue = objectXml(TISSUE, toCamera(truth.tissueBox, options), '');
  const caption = `  <caption>${escaped(truth.caption)}</caption>\n`;
  return `<?xml version="1.0"?>\n<annotation>\n${objects.join('')}${tissue}${caption}</annotation>\n`;
}

function objectXml(name: string, { x1, y1, x2, y2 }: PixelBox, more: string): string {
  const corners = `<xmin>${x1}</xmin><ymin>${y1}</ymin><xmax>${x2}</xmax><ymax>${y2}</ymax>`;
  const lines = [`<name>${name}</name>`, `<bndbox>${corners}</bndbox>`, more].filter((line) => line !== '');
  return `  <objects>\n${lines.map((line) => `    ${line}\n`).join('')}  </objects>\n`;
}

function toolNames(tools: 8 | 10): readonly string[] {
  return tools === 8 ? ENDOVIS18_TOOLS : TEN_TOOLS;
}

/** A box of the picture in the pixels of the camera's frames, which the tables are in. */
function toCamera(box: PixelBox, { width, height }: TextOptions): PixelBox {
  const x = (value: number): number => Math.round((value * ENDOVIS18_FRAME.width) / width);
  const y = (value: number): number => Math.round((value * ENDOVIS18_FRAME.height) / height);
  return { x1: x(box.x1), y1: y(box.y1), x2: x(box.x2), y2: y(box.y2) };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
