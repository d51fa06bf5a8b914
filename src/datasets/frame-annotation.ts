import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { PixelBox } from '../domain/geometry.js';
import { SurgicamError } from '../domain/errors.js';
import { annotationError } from './annotation-error.js';
import { ENDOVIS18_FRAME } from './endovis18-tree.js';
import { boxOfCells } from './box-cells.js';
import { readElements, type ElementText } from './xml-elements.js';

/** What an instrument does, as EndoVis18's caption annotations name it. */
export const INTERACTIONS = [
  'Idle',
  'Grasping',
  'Retraction',
  'Tissue_Manipulation',
  'Tool_Manipulation',
  'Cutting',
  'Cauterization',
  'Suction',
  'Looping',
  'Suturing',
  'Clipping',
  'Staple',
  'Ultrasound_Sensing',
] as const;

export type Interaction = (typeof INTERACTIONS)[number];

export interface AnnotatedObject {
  readonly name: string;
  /** Pixels of the camera's frame. */
  readonly box: PixelBox;
  /** Absent for the tissue. */
  readonly interaction?: Interaction;
}

/** Content of `seq_<n>/xml/frame<NNN>.xml`. */
export interface FrameAnnotation {
  readonly objects: readonly AnnotatedObject[];
  /** If absent, the file has none. */
  readonly caption?: string;
}

/** Where EndoVis18 keeps the annotation of a frame; not every frame has one. */
export function frameAnnotationPath(
  root: string,
  frame: { readonly video: string; readonly name: string },
): string {
  return path.join(root, frame.video, 'xml', `${frame.name}.xml`);
}

/** Reads the caption and interaction annotation of a frame. Errors: not_found, invalid_argument with line and column. */
export async function readFrameAnnotation(file: string): Promise<FrameAnnotation> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new SurgicamError(
      'not_found',
      `${file} is missing or cannot be read: it holds a frame's annotation`,
      { cause: error },
    );
  });
  return parseFrameAnnotation(text, file);
}

/** The same of a text; `file` is for messages. Elements that are not asked for are passed over. */
export function parseFrameAnnotation(text: string, file: string): FrameAnnotation {
  const objects: AnnotatedObject[] = [];
  let caption: string | undefined;
  readElements(text, file, ({ path: names, content, inside }) => {
    if (names.length !== 2) return;
    if (names[1] === 'objects') objects.push(toObject(file, content, inside));
    else if (names[1] === 'caption') caption = content.text;
  });
  return { objects, ...(caption === undefined || caption === '' ? {} : { caption }) };
}

const CORNERS = ['xmin', 'ymin', 'xmax', 'ymax'].map((name) => `bndbox/${name}`);

function toObject(
  file: string,
  place: ElementText,
  fields: ReadonlyMap<string, ElementText>,
): AnnotatedObject {
  const need = (name: string): ElementText => {
    const field = fields.get(name);
    if (field !== undefined && field.text !== '') return field;
    throw annotationError(
      { file, ...(field ?? place) },
      `objects without ${name}`,
      'name, bndbox with xmin, ymin, xmax and ymax, and interaction',
    );
  };
  const name = need('name').text;
  const corners = CORNERS.map(need);
  const box = boxOfCells(file, corners, ENDOVIS18_FRAME);
  if (box === undefined)
    throw annotationError({ file, ...corners[0]! }, `${name} without a box`, 'x1 < x2, y1 < y2');
  const interaction = fields.get('interaction');
  if (interaction === undefined || interaction.text === '') return { name, box };
  const known = INTERACTIONS.find((candidate) => candidate.toLowerCase() === interaction.text.toLowerCase());
  if (known === undefined) {
    throw annotationError(
      { file, ...interaction },
      `interaction '${interaction.text}'`,
      INTERACTIONS.join(', '),
    );
  }
  return { name, box, interaction: known };
}
