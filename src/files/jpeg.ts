import sharp from 'sharp';

/** An encoded picture and its size in pixels. */
export interface JpegPicture {
  readonly width: number;
  readonly height: number;
  readonly jpeg: Uint8Array;
}

export interface JpegOptions {
  /** Size of the picture to make. */
  readonly width: number;
  readonly height: number;
  /** 1 to 100. */
  readonly quality: number;
}

/**
 * RGB24 pixels, stretched to another size where it differs, as a JPEG. Encoded outside the event loop, by libuv's
 * threads; the pixels must stay as they are until it resolves. Error: what the encoder says.
 */
export async function encodeJpeg(
  pixels: Uint8Array,
  size: { readonly width: number; readonly height: number },
  { width, height, quality }: JpegOptions,
): Promise<JpegPicture> {
  const raw = sharp(pixels, { raw: { width: size.width, height: size.height, channels: 3 } });
  const fitting =
    size.width === width && size.height === height ? raw : raw.resize(width, height, { fit: 'fill' });
  return { width, height, jpeg: await fitting.jpeg({ quality }).toBuffer() };
}
