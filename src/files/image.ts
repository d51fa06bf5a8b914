import { readFile } from 'node:fs/promises';
import { setImmediate as othersHaveRun } from 'node:timers/promises';
import sharp from 'sharp';
import { describeValue, SurgicamError } from '../domain/errors.js';
import { resizeInSteps } from './resize-antialiased.js';

/** A decoded still image at the model's input size. */
export interface ImagePixels {
  /** RGB24, row-major, in an ArrayBuffer of its own. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly sourceWidth: number;
  readonly sourceHeight: number;
}

/** Larger pictures are refused before they are decoded: a small file can unfold to gigabytes. */
const MAX_PIXELS = 64_000_000;

const SIGNATURES = [
  [0xff, 0xd8, 0xff], // JPEG
  [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], // PNG
];

/**
 * Decodes a JPEG or PNG and resizes it as Pillow's BILINEAR does (antialiased), which is what the reference does with
 * still images. As in Pillow, colour profiles and EXIF orientation are left aside and transparency is dropped.
 * Errors: invalid_argument, naming `name`.
 */
export async function decodeImage(
  bytes: Uint8Array,
  width: number,
  height: number,
  name = 'image',
): Promise<ImagePixels> {
  // Looked at before the decoder sees a byte: it reads many more formats, and they are not needed here.
  if (!SIGNATURES.some((signature) => signature.every((byte, i) => bytes[i] === byte))) {
    const start = bytes.length === 0 ? 'empty' : `bytes that begin with ${describeValue(hex(bytes))}`;
    throw refused(name, `it is ${start}`);
  }
  const { data, info } = await decode(bytes).catch((error: unknown) => {
    throw refused(name, error instanceof Error ? error.message : String(error), error);
  });
  const steps = resizeInSteps(data, info.width, info.height, width, height);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return { pixels: step.value, sourceWidth: info.width, sourceHeight: info.height };
    await othersHaveRun();
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

async function decode(bytes: Uint8Array) {
  return await sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error', ignoreIcc: true })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 8)).toString('hex');
}

function refused(name: string, why: string, cause?: unknown): SurgicamError {
  const allowed = `a JPEG or PNG of at most ${MAX_PIXELS / 1e6} million pixels`;
  return new SurgicamError('invalid_argument', `${name} cannot be read as ${allowed}: ${why}`, {
    ...(cause === undefined ? {} : { cause }),
    violations: [{ field: name, description: `allowed: ${allowed}` }],
  });
}
