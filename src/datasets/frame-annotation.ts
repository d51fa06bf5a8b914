import { readFile } from 'node:fs/promises';
import sax from 'sax';
import type { PixelBox } from '../domain/geometry.js';
import { SurgicamError } from '../domain/errors.js';
import { annotationError, type Place } from './annotation-error.js';

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

/** Reads the caption and interaction annotation of a frame. Errors: not_found, invalid_argument with line and column. */
export async function readFrameAnnotation(file: string): Promise<FrameAnnotation> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new SurgicamError(
      'not_found',
      `${file} is missing or cannot be read: it holds a frame's annotation`,
      {
        cause: error,
      },
    );
  });
  return parseFrameAnnotation(text, file);
}

/** A field of an object and where its text stands. */
interface Field {
  readonly text: string;
  readonly place: Place;
}

export function parseFrameAnnotation(text: string, file: string): FrameAnnotation {
  const parser = sax.parser(true, { trim: true });
  const here = (): Place => ({ file, line: parser.line + 1, column: parser.column + 1 });
  const path: string[] = [];
  const objects: AnnotatedObject[] = [];
  let fields = new Map<string, Field>();
  let objectPlace = here();
  let caption: string | undefined;
  let content = '';
  let contentPlace = here();

  parser.onerror = (error) => {
    throw annotationError(here(), error.message.split('\n')[0]!, 'well-formed XML');
  };
  parser.onopentag = ({ name }) => {
    path.push(name);
    content = '';
    contentPlace = here();
    if (name === 'objects') {
      fields = new Map();
      objectPlace = here();
    }
  };
  parser.ontext = (value) => {
    content += value;
  };
  parser.oncdata = (value) => {
    content += value;
  };
  parser.onclosetag = (name) => {
    path.pop();
    if (name === 'objects') objects.push(toObject(fields, objectPlace));
    else if (name === 'caption' && !path.includes('objects')) caption = content;
    else if (path.includes('objects')) fields.set(name, { text: content, place: contentPlace });
    content = '';
  };
  parser.write(text.replace(/^\uFEFF/, '')).close();
  return { objects, ...(caption === undefined || caption === '' ? {} : { caption }) };
}

function toObject(fields: ReadonlyMap<string, Field>, place: Place): AnnotatedObject {
  const need = (name: string): Field => {
    const field = fields.get(name);
    if (field === undefined)
      throw annotationError(place, `objects without ${name}`, 'name, bndbox and interaction');
    return field;
  };
  const coordinate = (name: string): number => {
    const field = need(name);
    const value = Number(field.text);
    if (field.text === '' || !Number.isFinite(value) || value < 0) {
      throw annotationError(field.place, `${name} is '${field.text}'`, 'a number of pixels, 0 or more');
    }
    return Math.round(value);
  };
  const name = need('name').text;
  const box = {
    x1: coordinate('xmin'),
    y1: coordinate('ymin'),
    x2: coordinate('xmax'),
    y2: coordinate('ymax'),
  };
  const interaction = fields.get('interaction');
  if (interaction === undefined || interaction.text === '') return { name, box };
  const known = INTERACTIONS.find((candidate) => candidate.toLowerCase() === interaction.text.toLowerCase());
  if (known === undefined) {
    throw annotationError(interaction.place, `interaction '${interaction.text}'`, INTERACTIONS.join(', '));
  }
  return { name, box, interaction: known };
}
