import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { describeValue, SurgicamError } from '../../domain/errors.js';
import { normalizeBox, type NormalizedBox } from '../../domain/geometry.js';
import { readEndoVis18Boxes } from '../../datasets/endovis18-tables.js';
import { ENDOVIS18_FRAME } from '../../datasets/endovis18-tree.js';
import { readFrameAnnotation } from '../../datasets/frame-annotation.js';

export interface TrueBox {
  readonly className: string;
  readonly box: NormalizedBox;
}

const side = z.number().positive();
const Document = z.strictObject({
  width: side,
  height: side,
  boxes: z.array(
    z.strictObject({
      class: z.string().min(1),
      x1: z.number(),
      y1: z.number(),
      x2: z.number(),
      y2: z.number(),
    }),
  ),
});

/**
 * Ground-truth boxes of one frame: EndoVis18's `gt_bbox/seq_<n>.txt` (the line of `frameName`) or `xml/frame<NNN>.xml`,
 * both in pixels of 1280 x 1024, or JSON `{width, height, boxes: [{class, x1, y1, x2, y2}]}`. Errors: not_found,
 * invalid_argument; they name the file and the place in it.
 */
export async function readGroundTruth(file: string, frameName: string): Promise<TrueBox[]> {
  const extension = /\.[^.]*$/.exec(file)?.[0].toLowerCase();
  if (extension === '.txt') {
    const frames = await readEndoVis18Boxes(file);
    const boxes = frames.get(frameName);
    if (boxes === undefined) {
      const names = [...frames.keys()];
      const range = names.length === 0 ? 'no frame' : `${names[0]} to ${names.at(-1)}`;
      throw SurgicamError.invalidField(
        '--ground-truth',
        file,
        `a file with a line for ${frameName}; it has ${range}`,
      );
    }
    return boxes.map(({ name, box }) => trueBox(name, box, ENDOVIS18_FRAME));
  }
  if (extension === '.xml') {
    const { objects } = await readFrameAnnotation(file);
    return objects.map(({ name, box }) => trueBox(name, box, ENDOVIS18_FRAME));
  }
  if (extension === '.json') return readJson(file);
  throw SurgicamError.invalidField(
    '--ground-truth',
    file,
    'a .txt of gt_bbox, an .xml of EndoVis18, or a .json',
  );
}

async function readJson(file: string): Promise<TrueBox[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new SurgicamError('not_found', `${file} cannot be read: ${(cause as Error).message}`, { cause });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SurgicamError('invalid_argument', `${file} is not JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
  const parsed = Document.safeParse(value);
  if (!parsed.success) {
    const [{ path, message } = { path: [], message: '' }] = parsed.error.issues;
    const at = path.length === 0 ? describeValue(value) : path.join('.');
    throw new SurgicamError(
      'invalid_argument',
      `${file}: ${at}: ${message}; allowed: {width, height, boxes: [{class, x1, y1, x2, y2}]} in pixels`,
    );
  }
  const { boxes, ...size } = parsed.data;
  return boxes.map((box, i) => {
    if (box.x2 > box.x1 && box.y2 > box.y1) return trueBox(box.class, box, size);
    throw new SurgicamError('invalid_argument', `${file}: boxes.${i} is empty; allowed: x1 < x2 and y1 < y2`);
  });
}

function trueBox(
  className: string,
  { x1, y1, x2, y2 }: NormalizedBox,
  { width, height }: { readonly width: number; readonly height: number },
): TrueBox {
  return { className, box: normalizeBox({ x1, y1, x2, y2 }, width, height) };
}
