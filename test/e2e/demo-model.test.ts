import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { from, lastValueFrom, toArray } from 'rxjs';
import { resolveRecipe } from '../../src/domain/analysis-recipe.js';
import type { AnalyzedFrame, Detection } from '../../src/domain/frame-analysis.js';
import type { VideoFrame } from '../../src/domain/video-frame.js';
import { InferenceEngine } from '../../src/inference/inference-engine.js';
import type { LoadedModel } from '../../src/inference/loaded-model.js';
import { loadModelPackage } from '../../src/models/model-package.js';
import { silentLogger } from '../../src/observability/logger.js';
import { PHANTOM_CLASSES } from '../../src/video/phantom/instruments.js';
import { PhantomRenderer, type RenderedFrame } from '../../src/video/phantom/renderer.js';
import { PROJECT_ROOT } from '../fixtures/requirements.js';

const MODELS = join(PROJECT_ROOT, 'models');
const DEMO =
  readdirSync(MODELS)
    .sort()
    .find((name) => name.startsWith('phantom-')) ?? 'none';

/** Scenes that training and validation never saw; frames half a second apart. */
const HELD_OUT_SEEDS = [700_001, 700_002, 700_003, 700_004, 700_005];
const SECONDS = 24;
/** Of the camera that `phantom://` plays by default, 1280 x 1024. */
const CAMERA_ASPECT = 1.25;

describe('the demo model on scenes it has never seen', () => {
  let engine: InferenceEngine;
  let model: LoadedModel;
  const truths: RenderedFrame[] = [];
  let analyses: AnalyzedFrame[] = [];

  beforeAll(async () => {
    engine = InferenceEngine.start({ providers: ['cpu'], logger: silentLogger() });
    model = await engine.load(await loadModelPackage(join(MODELS, DEMO)));
    const { inputWidth, inputHeight } = model.description;
    const frames: VideoFrame[] = [];
    for (const seed of HELD_OUT_SEEDS) {
      const renderer = new PhantomRenderer(seed, inputWidth, inputHeight, CAMERA_ASPECT);
      for (let time = 0; time < SECONDS; time += 0.5) {
        const rendered = renderer.render(time);
        truths.push({ ...rendered, pixels: new Uint8Array(0) });
        frames.push(frameOf(rendered, frames.length));
      }
    }
    const recipe = resolveRecipe({ boxes: true, heatmaps: { encoding: 'full_f32' } }, model.description);
    const lane = { model, pacing: 'every_frame', recipes: () => [recipe], capacity: frames.length } as const;
    analyses = await lastValueFrom(from(frames).pipe(engine.analyze(lane), toArray()));
  }, 180_000);

  afterAll(() => engine.close());

  const presentOf = (analysis: AnalyzedFrame): readonly boolean[] =>
    [...analysis.products.values()][0]!.present;
  const tools = PHANTOM_CLASSES.slice(0, -1).map((_, classId) => classId);

  it('is a package of less than 20 MB for the classes of the scene', () => {
    expect(model.description.classes).toEqual(PHANTOM_CLASSES);
    expect(statSync(join(MODELS, DEMO, 'model.onnx')).size).toBeLessThan(20_000_000);
  });

  it('tells which instruments are present', () => {
    let right = 0;
    let found = 0;
    let wanted = 0;
    for (const [index, { truth }] of truths.entries()) {
      const present = presentOf(analyses[index]!);
      for (const classId of tools) {
        if (present[classId] === truth.present[classId]) right++;
        if (truth.present[classId]) wanted++;
        if (truth.present[classId] && present[classId]) found++;
      }
    }
    expect(wanted).toBeGreaterThan(100);
    expect(right / (truths.length * tools.length)).toBeGreaterThan(0.9);
    expect(found / wanted).toBeGreaterThan(0.7);
  });

  it('finds instruments as they enter and loses them as they leave', () => {
    const changes = (rows: readonly (readonly boolean[])[]): number =>
      rows.reduce((sum, row, i) => sum + tools.filter((k) => i > 0 && row[k] !== rows[i - 1]![k]).length, 0);
    const really = changes(truths.map(({ truth }) => truth.present));
    const seen = changes(analyses.map(presentOf));
    expect(really).toBeGreaterThan(20);
    expect(seen).toBeGreaterThan(really / 2);
  });

  it('puts boxes of instruments on instruments more often than not', () => {
    let hits = 0;
    let boxes = 0;
    for (const [index, { truth }] of truths.entries()) {
      const [product] = analyses[index]!.products.values();
      for (const { classId, inputBox } of product!.detections.filter(({ classId }) =>
        tools.includes(classId),
      )) {
        const instrument = truth.instruments.find(({ kind }) => kind === PHANTOM_CLASSES[classId]);
        if (instrument?.box === undefined) continue;
        boxes++;
        if (overlaps(inputBox, instrument.box)) hits++;
      }
    }
    expect(boxes).toBeGreaterThan(50);
    expect(hits / boxes).toBeGreaterThan(0.8);
  });

  it('points at the instruments: a heatmap is highest on what it explains', () => {
    let hits = 0;
    let maps = 0;
    for (const [index, { truth }] of truths.entries()) {
      const [product] = analyses[index]!.products.values();
      for (const { classId, data } of product!.heatmaps) {
        const instrument = truth.instruments.findIndex(({ kind }) => kind === PHANTOM_CLASSES[classId]);
        if (instrument < 0 || !truth.present[classId]) continue;
        maps++;
        const label = truth.labels[highest(new Float32Array(new Uint8Array(data).buffer))]!;
        if (label === 1 + 2 * instrument || label === 2 + 2 * instrument) hits++;
      }
    }
    expect(maps).toBeGreaterThan(100);
    expect(hits / maps).toBeGreaterThan(0.75);
  });
});

function highest(values: Float32Array): number {
  let best = 0;
  for (let at = 1; at < values.length; at++) if (values[at]! > values[best]!) best = at;
  return best;
}

function overlaps(a: Detection['inputBox'], b: Detection['inputBox']): boolean {
  return a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2;
}

function frameOf({ pixels, truth }: RenderedFrame, sequence: number): VideoFrame {
  return {
    feedId: 'phantom',
    sequence,
    mediaTimeUs: sequence * 500_000,
    capturedAtMs: 0,
    capturedAtMonotonicMs: performance.now(),
    sourceWidth: truth.width,
    sourceHeight: truth.height,
    width: truth.width,
    height: truth.height,
    pixels,
    decodeUs: 0,
  };
}
