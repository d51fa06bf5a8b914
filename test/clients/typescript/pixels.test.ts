import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import sharp from 'sharp';
import {
  connect,
  HeatmapEncoding,
  type FrameAnalysis,
  type HeatmapEncodingName,
  type SurgicamClient,
} from '../../../clients/typescript/src/index.js';
import {
  blendHeatmap,
  boxToPixels,
  decodeAnyHeatmap,
  decodeHeatmap,
  decodePngHeatmap,
  featureValues,
  float16ToFloat32,
  heatmapLayer,
  outlineToPixels,
  paperOverlay,
  resizeHeatmap,
} from '../../../clients/typescript/src/pixels/index.js';
import { overlayHeatmap } from '../../../src/localization/overlay.js';
import { toFloat16Bytes } from '../../../src/rpc/messages/float16.js';
import { noisePicture } from '../../fixtures/picture.js';
import { RpcHarness } from '../../fixtures/rpc-harness.js';
import { writeSmallPackage } from '../../fixtures/small-package.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';

const folder = temporaryFolder();
let harness: RpcHarness;
let client: SurgicamClient;
let picture: Buffer;
beforeAll(async () => {
  await writeSmallPackage(join(folder, 'small'));
  harness = await RpcHarness.start(folder);
  client = connect(harness.address);
  picture = await sharp(noisePicture(120, 90), { raw: { width: 120, height: 90, channels: 3 } })
    .png()
    .toBuffer();
});
afterAll(async () => {
  client.close();
  await harness.stop();
});

const analysed = (heatmaps: HeatmapEncodingName): Promise<FrameAnalysis> =>
  client.analyzeImage(picture, { heatmaps, thresholds: { classThreshold: 0 } });

describe('heatmaps', () => {
  it('of the native grid become, bit by bit, what the service makes of them', async () => {
    const { heatmaps: natives } = await analysed('native');
    const { heatmaps: fulls } = await analysed('full-f32');
    expect(natives).toHaveLength(3);
    for (const [i, heatmap] of natives.entries()) {
      const native = decodeHeatmap(heatmap);
      const full = decodeHeatmap(fulls[i]!);
      expect([native.width, native.height, native.values.length]).toEqual([3, 2, 6]);
      expect([full.width, full.height, full.values.length]).toEqual([96, 64, 96 * 64]);
      expect(resizeHeatmap(native, full.width, full.height)).toEqual(full);
    }
    // A class that nothing speaks for has a map of zeros; not all are such.
    expect(Math.max(...fulls.flatMap((full) => [...decodeHeatmap(full).values]))).toBeGreaterThan(0.5);
  });

  it('of bytes and of PNG are the same, and half a step from the numbers at most', async () => {
    const { heatmaps: bytes } = await analysed('full-u8');
    const { heatmaps: pngs } = await analysed('png');
    const { heatmaps: numbers } = await analysed('full-f32');
    for (const [i, heatmap] of bytes.entries()) {
      const { values } = decodeHeatmap(heatmap);
      expect(await decodeAnyHeatmap(pngs[i]!)).toEqual({ values, width: 96, height: 64 });
      const exact = decodeHeatmap(numbers[i]!).values;
      const furthest = values.reduce((most, value, at) => Math.max(most, Math.abs(value - exact[at]!)), 0);
      expect(furthest).toBeLessThanOrEqual(0.5 / 255 + 1e-6);
    }
  });

  it('of a PNG are read whatever filters its rows have', async () => {
    const gray = Uint8Array.from({ length: 64 * 48 }, (_, i) => (i * i + 31 * (i >> 6)) & 255);
    const png = await sharp(gray, { raw: { width: 64, height: 48, channels: 1 } })
      .toColourspace('b-w')
      .png({ adaptiveFiltering: true })
      .toBuffer();
    const { values, width, height } = await decodePngHeatmap(png);
    expect([width, height]).toEqual([64, 48]);
    expect(values.map((value) => Math.round(value * 255))).toEqual(Float32Array.from(gray));
  });

  it('that are cut short, or are none, are refused by name', async () => {
    const message = { encoding: HeatmapEncoding.NATIVE_F32, width: 2, height: 2, data: new Uint8Array(15) };
    expect(() => decodeHeatmap(message)).toThrow('heatmap.data has 15 bytes; its size calls for 16');
    expect(() => decodeHeatmap({ ...message, encoding: HeatmapEncoding.PNG })).toThrow('decodePngHeatmap');
    expect(() => decodeHeatmap({ ...message, encoding: HeatmapEncoding.UNSPECIFIED })).toThrow('1 to 4');
    await expect(decodePngHeatmap(message.data)).rejects.toThrow('no PNG');
    const colour = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    await expect(decodePngHeatmap(colour)).rejects.toThrow('not 8-bit grey');
  });
});

describe('overlays', () => {
  const width = 12;
  const height = 8;
  const heatmap = { values: Float32Array.of(0, 0.25, 0.5, 1), width: 2, height: 2 };
  const rgba = Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) =>
    i % 4 === 3 ? 200 : i % 251,
  );

  it('as the paper shows them are those of the service, and keep the opacity', () => {
    const rgb = Uint8Array.from(rgba.filter((_, i) => i % 4 !== 3));
    const expected = overlayHeatmap(rgb, width, height, heatmap);
    const overlay = paperOverlay(rgba, width, height, heatmap);
    expect(Uint8Array.from(overlay.filter((_, i) => i % 4 !== 3))).toEqual(expected);
    expect(new Set(overlay.filter((_, i) => i % 4 === 3))).toEqual(new Set([200]));
  });

  it('as a layer are clear where it is cold, and red where it is hot', () => {
    const layer = heatmapLayer(heatmap, width, height, 0.5);
    expect(layer[3]).toBe(0);
    expect([...layer.slice(-4)]).toEqual([128, 0, 0, 128]);
    expect(() => heatmapLayer(heatmap, width, height, 2)).toThrow('opacity is 2; allowed: 0 to 1');
  });

  it('blended leave the frame as it is where it is cold', () => {
    const blended = blendHeatmap(rgba, width, height, heatmap);
    expect(blended.slice(0, 4)).toEqual(rgba.slice(0, 4));
    expect(blended.at(-1)).toBe(200);
    expect(blended.at(-4)).toBe(Math.round((153 / 255) * 128 + (1 - 153 / 255) * rgba.at(-4)!));
    expect(() => blendHeatmap(rgba, width, height + 1, heatmap)).toThrow('12 x 9 RGBA calls for 432');
  });
});

describe('numbers', () => {
  it('of two bytes are read exactly', () => {
    const values = Float32Array.of(0, -0, 1, -2.5, 65504, 2 ** -14, 2 ** -24, -3 * 2 ** -24, Infinity, NaN);
    expect(float16ToFloat32(toFloat16Bytes(values))).toEqual(values);
    expect(() => float16ToFloat32(new Uint8Array(3))).toThrow('two bytes each');
  });

  it('of a feature are the same whichever way it was sent', () => {
    const values = Float32Array.from({ length: 512 }, (_, i) => i / 4);
    expect(featureValues({ values: [...values], valuesF16: new Uint8Array(0) })).toEqual(values);
    expect(featureValues({ values: [], valuesF16: toFloat16Bytes(values) })).toEqual(values);
  });

  it('of boxes and outlines become pixels', () => {
    const box = { x1: 0.25, y1: 0.5, x2: 0.75, y2: 1 };
    expect(boxToPixels(box, 640, 480)).toEqual({ x: 160, y: 240, width: 320, height: 240 });
    expect(outlineToPixels([{ x: 0.5, y: 0.25 }], 640, 480)).toEqual([{ x: 320, y: 120 }]);
  });
});
