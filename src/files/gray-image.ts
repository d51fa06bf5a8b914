import sharp from 'sharp';
import { SurgicamError } from '../domain/errors.js';

/** One byte a pixel. */
export interface GrayImage {
  readonly width: number;
  readonly height: number;
  /** Row-major. */
  readonly values: Uint8Array;
}

/** Reads a grey 8-bit picture as it is, for label planes. Error: invalid_argument that names the file. */
export async function loadGrayImage(path: string): Promise<GrayImage> {
  try {
    const image = sharp(path, { limitInputPixels: 64_000_000 });
    const { channels, depth } = await image.metadata();
    if (channels !== 1 || depth !== 'uchar') throw new Error(`it has ${channels} channels of ${depth}`);
    const { data, info } = await image.extractChannel(0).raw().toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, values: data };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SurgicamError('invalid_argument', `${path} is no grey 8-bit PNG: ${why}`, { cause: error });
  }
}
