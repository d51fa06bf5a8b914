import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { SurgicamError } from '../domain/errors.js';
import { resizeAntialiased } from './resize-antialiased.js';

/** A decoded still image at the model's input size. */
export interface ImagePixels {
  /** RGB24, row-major, in an ArrayBuffer of its own. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly sourceWidth: number;
  readonly sourceHeight: number;
}

/** Larger pictures are refused before they are decoded: a small file can unfold to gigabytes. */
const MAX_PIXELS = 64_000_000;

/**
 * Decodes a JPEG or PNG and resizes it as Pillow's BILINEAR does (antialiased), which is what the reference does with
 * still images. Errors: invalid_argument, naming `name`.
 */
export async function decodeImage(
  bytes: Uint8Array,
  width: number,
  height: number,
  name = 'image',
): Promise<ImagePixels> {
  const input = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' });
  try {
    const { format } = await input.metadata();
    if (format !== 'jpeg' && format !== 'png')
      throw SurgicamError.invalidField(name, format, 'a JPEG or PNG picture');
    const { data, info } = await input
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const pixels = resizeAntialiased(data, info.width, info.height, width, height);
    return { pixels, sourceWidth: info.width, sourceHeight: info.height };
  } catch (error) {
    if (error instanceof SurgicamError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new SurgicamError('invalid_argument', `${name} cannot be read as a JPEG or PNG picture: ${why}`, {
      cause: error,
      violations: [
        { field: name, description: `not a readable JPEG or PNG of at most ${MAX_PIXELS} pixels` },
      ],
    });
  }
}

/** The same from a file. Errors: not_found, invalid_argument; both name the file. */
export async function loadImage(path: string, width: number, height: number): Promise<ImagePixels> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new SurgicamError('not_found', `${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return decodeImage(bytes, width, height, path);
}
