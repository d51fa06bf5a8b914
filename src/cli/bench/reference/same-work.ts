import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { FrameAnalysis, Heatmap } from '../../../domain/frame-analysis.js';
import { readNpy } from '../../../files/npy.js';

/** How far the two sides' results for one frame are apart. */
export interface SameWork {
  /** Largest absolute differences; Infinity where even the counts differ. */
  readonly logits: number;
  readonly heatmaps: number;
  /** Largest difference divided by the largest entry. */
  readonly features: number;
  /** Boxes that both found, of all boxes of either. */
  readonly sharedBoxes: number;
  readonly allBoxes: number;
}

/** Compares an analysis with what the script wrote for the same picture. `variant`: as in its file names. */
export async function sameWork(
  analysis: FrameAnalysis,
  picture: string,
  folder: string,
  variant: 'slfe' | 'lfe',
): Promise<SameWork> {
  const name = basename(picture, extname(picture));
  const read = async (what: string): Promise<Float32Array> => {
    const file = join(folder, `${name}.${what}.npy`);
    return readNpy(await readFile(file), file).data as Float32Array;
  };
  const { facts, product } = analysis;
  const features = await read(variant);
  const scale = features.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  const ours = new Set(
    product.detections.map(({ classId, inputBox: { x1, y1, x2, y2 } }) => [classId, x1, y1, x2, y2].join()),
  );
  const theirs = new Set(rowsOf(await read('boxes'), 6).map((row) => row.slice(0, 5).join()));
  return {
    logits: largestDifference(facts.logits, await read('logits')),
    heatmaps: largestDifference(joined(product.heatmaps.map(valuesOf)), await read('gradcam_full')),
    features: largestDifference(joined(product.features.map(({ values }) => values)), features) / scale,
    sharedBoxes: [...ours].filter((box) => theirs.has(box)).length,
    allBoxes: new Set([...ours, ...theirs]).size,
  };
}

function valuesOf({ data }: Heatmap): Float32Array {
  return new Float32Array(Uint8Array.from(data).buffer);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function rowsOf(values: Float32Array, length: number): number[][] {
  return Array.from({ length: values.length / length }, (_, row) => [
    ...values.subarray(row * length, (row + 1) * length),
  ]);
}

function largestDifference(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Infinity;
  return actual.reduce((largest, value, i) => Math.max(largest, Math.abs(value - expected[i]!)), 0);
}
