import { createCanvas, ImageData, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';

/** Pixels of a picture: RGB24, row-major. */
export interface RgbFrame {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A drawn picture, opaque. */
export class Picture {
  readonly #canvas: Canvas;
  /** For drawing on it. */
  readonly context: SKRSContext2D;

  constructor(
    readonly width: number,
    readonly height: number,
    background = '#000',
  ) {
    this.#canvas = createCanvas(width, height);
    this.context = this.#canvas.getContext('2d');
    this.context.fillStyle = background;
    this.context.fillRect(0, 0, width, height);
  }

  static ofFrame({ pixels, width, height }: RgbFrame): Picture {
    const picture = new Picture(width, height);
    const rgba = new Uint8ClampedArray(width * height * 4);
    for (let from = 0, to = 0; to < rgba.length; from += 3, to += 4) {
      rgba[to] = pixels[from]!;
      rgba[to + 1] = pixels[from + 1]!;
      rgba[to + 2] = pixels[from + 2]!;
      rgba[to + 3] = 255;
    }
    picture.context.putImageData(new ImageData(rgba, width, height), 0, 0);
    return picture;
  }

  /** Puts another picture on this one, scaled to a width and a height where they are given. */
  paste(other: Picture, x: number, y: number, width = other.width, height = other.height): void {
    // At its own size nothing is to be interpolated: the best filter would blur it.
    this.context.imageSmoothingEnabled = width !== other.width || height !== other.height;
    this.context.imageSmoothingQuality = 'high';
    this.context.drawImage(other.#canvas, x, y, width, height);
  }

  /** The file of a PNG. */
  png(): Uint8Array {
    return this.#canvas.encodeSync('png');
  }

  /** The file of a JPEG, several times smaller where a photograph is in it. `quality`: 1 to 100. */
  jpeg(quality = 88): Uint8Array {
    return this.#canvas.encodeSync('jpeg', quality);
  }

  /** RGB24, row-major. */
  rgb(): Uint8Array<ArrayBuffer> {
    const rgba = this.#canvas.data();
    const pixels = new Uint8Array(this.width * this.height * 3);
    for (let to = 0, from = 0; to < pixels.length; to += 3, from += 4) {
      pixels[to] = rgba[from]!;
      pixels[to + 1] = rgba[from + 1]!;
      pixels[to + 2] = rgba[from + 2]!;
    }
    return pixels;
  }
}
