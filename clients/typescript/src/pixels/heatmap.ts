import { fullHeatmap } from '../../../../src/localization/heatmap.js';
import type { HeatmapEncoding } from '../../../../src/rpc/gen/surgicam/v1/analysis.js';
import { InvalidArgumentError } from '../errors.js';
import { readGrayPng } from './gray-png.js';

/** A heatmap as numbers. */
export interface HeatmapValues {
  /** Row by row from the top, in [0, 1]. */
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** What is needed of a `Heatmap` message; one that came as JSON fits, too, once its `data` are bytes. */
export interface EncodedHeatmap {
  readonly encoding: HeatmapEncoding;
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

// Written out, so that a browser needs none of the contract's code. The types keep them true.
const NATIVE_F32 = 1 satisfies HeatmapEncoding.NATIVE_F32;
const FULL_U8 = 2 satisfies HeatmapEncoding.FULL_U8;
const FULL_F32 = 3 satisfies HeatmapEncoding.FULL_F32;
const PNG = 4 satisfies HeatmapEncoding.PNG;

/**
 * The values of a heatmap in the size it has: the native grid stays that, see `resizeHeatmap`. PNG is only for
 * `decodePngHeatmap`. Errors: InvalidArgumentError.
 */
export function decodeHeatmap({ encoding, width, height, data }: EncodedHeatmap): HeatmapValues {
  const cells = width * height;
  switch (encoding as number) {
    case NATIVE_F32:
    case FULL_F32:
      return { values: float32Values(data, cells), width, height };
    case FULL_U8:
      checkLength(data, cells);
      return { values: Float32Array.from(data, (byte) => byte / 255), width, height };
    case PNG:
      throw new InvalidArgumentError('heatmap.encoding is PNG; decodePngHeatmap reads it');
    default:
      throw new InvalidArgumentError(`heatmap.encoding is ${encoding}; allowed: 1 to 4`);
  }
}

/** As `decodeHeatmap`, for every encoding: a PNG is inflated by the platform, which takes a promise. */
export async function decodeAnyHeatmap(heatmap: EncodedHeatmap): Promise<HeatmapValues> {
  return (heatmap.encoding as number) === PNG ? decodePngHeatmap(heatmap.data) : decodeHeatmap(heatmap);
}

/** The values of a PNG heatmap, byte / 255. Errors: InvalidArgumentError. */
export async function decodePngHeatmap(png: Uint8Array): Promise<HeatmapValues> {
  const { gray, width, height } = await readGrayPng(png);
  return { values: Float32Array.from(gray, (byte) => byte / 255), width, height };
}

/**
 * A native heatmap at another size, to the bit as the service makes FULL_F32 at the model's input size: OpenCV's
 * INTER_LINEAR (half-pixel centres, edges clamped), then minus the minimum, divided by 1e-7 plus the maximum.
 */
export function resizeHeatmap(native: HeatmapValues, width: number, height: number): HeatmapValues {
  return { values: fullHeatmap(native.values, native.width, native.height, width, height), width, height };
}

/** A copy: the bytes may lie unaligned in a larger buffer. Little-endian, as the contract and every platform of ours. */
function float32Values(data: Uint8Array, cells: number): Float32Array {
  checkLength(data, cells * 4);
  return new Float32Array(new Uint8Array(data).buffer);
}

function checkLength(data: Uint8Array, expected: number): void {
  if (data.length === expected) return;
  throw new InvalidArgumentError(`heatmap.data has ${data.length} bytes; its size calls for ${expected}`);
}
