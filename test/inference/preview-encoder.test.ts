import { beforeAll, describe, expect, it } from '@jest/globals';
import path from 'node:path';
import { from, lastValueFrom, toArray } from 'rxjs';
import sharp from 'sharp';
import type { KeyedRecipe, PreviewRequest, RecipeWish } from '../../src/domain/analysis-recipe.js';
import { resolveRecipe } from '../../src/domain/analysis-recipe.js';
import { PreviewEncoder } from '../../src/inference/preview-encoder.js';
import type { ModelPackage } from '../../src/models/model-package.js';
import { silentLogger } from '../../src/observability/logger.js';
import { keepingLogger } from '../fixtures/log-lines.js';
import { SAMPLE_MODEL } from '../fixtures/sample-model.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { engineStarter, noiseFrame, writeTestPackage } from './inference-fixture.js';

const SMALL: PreviewRequest = { maxWidth: 48, quality: 60 };
const wish = (parts: RecipeWish): KeyedRecipe => resolveRecipe(parts, SAMPLE_MODEL);

describe('PreviewEncoder', () => {
  it('does nothing that no recipe asks for', () => {
    const encoder = new PreviewEncoder(silentLogger());
    expect(encoder.begin(noiseFrame(0), [wish({}), wish({ boxes: true })])).toBeUndefined();
    expect(encoder.counts).toEqual({ encoded: 0, skipped: 0, failed: 0 });
  });

  it('makes one picture for all who ask for the same, in the shape of the source', async () => {
    const encoder = new PreviewEncoder(silentLogger());
    const recipes = [wish({ preview: SMALL }), wish({ preview: SMALL, boxes: true }), wish({})];
    const large = wish({ preview: { maxWidth: 1920, quality: 60 } });
    const previews = await encoder.begin(noiseFrame(0), [...recipes, large]);
    expect([...previews!.values()].map(({ width, height }) => [width, height])).toEqual(
      expect.arrayContaining([
        [48, 27],
        [96, 54], // the model's input is no wider
      ]),
    );
    expect(encoder.counts.encoded).toBe(2);
  });

  it('has its own copy of the pixels by the time that it returns', async () => {
    const encoder = new PreviewEncoder(silentLogger());
    const white = { ...noiseFrame(0), pixels: noiseFrame(0).pixels.fill(255) };
    const making = encoder.begin(white, [wish({ preview: SMALL })]);
    white.pixels.fill(0);
    const [preview] = [...(await making)!.values()];
    const { channels } = await sharp(preview!.jpeg).stats();
    expect(channels.map(({ min }) => min)).toEqual([255, 255, 255]);
  });

  it('leaves out what is too much at a time, and counts it', async () => {
    const encoder = new PreviewEncoder(silentLogger(), 2);
    const ask = (sequence: number) => encoder.begin(noiseFrame(sequence), [wish({ preview: SMALL })]);
    const made = await Promise.all([ask(0), ask(1), ask(2)]);
    expect(made.map((previews) => previews?.size)).toEqual([1, 1, 0]);
    expect((await ask(3))?.size).toBe(1);
    expect(encoder.counts).toEqual({ encoded: 3, skipped: 1, failed: 0 });
  });

  it('goes without where encoding fails, counts it and says so once', async () => {
    const { logger, lines } = keepingLogger();
    const encoder = new PreviewEncoder(logger);
    const broken = { ...noiseFrame(0), pixels: new Uint8Array(5) };
    for (let i = 0; i < 2; i++) {
      expect((await encoder.begin(broken, [wish({ preview: SMALL })]))?.size).toBe(0);
    }
    expect(encoder.counts).toEqual({ encoded: 0, skipped: 0, failed: 2 });
    expect(lines).toHaveLength(1);
  });
});

describe('an engine asked for previews', () => {
  const folder = temporaryFolder();
  const startEngine = engineStarter();
  let pkg: ModelPackage;
  beforeAll(async () => {
    pkg = await writeTestPackage(path.join(folder, 'plain'), 'plain');
  });

  it('gives every frame its own, to the recipes that ask alone', async () => {
    const engine = startEngine({ maxBatch: 2 });
    const model = await engine.load(pkg);
    const plain = resolveRecipe({}, pkg.description);
    const asking = resolveRecipe({ preview: SMALL }, pkg.description);
    const analyze = (recipes: readonly KeyedRecipe[]) => {
      const lane = engine.analyze({ model, pacing: 'every_frame', recipes: () => recipes });
      return lastValueFrom(from([0, 1, 2, 3].map((sequence) => noiseFrame(sequence))).pipe(lane, toArray()));
    };
    await analyze([plain]);
    expect(engine.stats().previews.encoded).toBe(0);
    const analyzed = await analyze([plain, asking]);
    expect(analyzed.map(({ facts }) => facts.sequence)).toEqual([0, 1, 2, 3]);
    const files = analyzed.map(({ products }) => {
      expect(products.get(plain.key)).not.toHaveProperty('preview');
      return Buffer.from(products.get(asking.key)!.preview!.jpeg).toString('base64');
    });
    expect(new Set(files).size).toBe(4);
    expect(engine.stats().previews).toEqual({ encoded: 4, skipped: 0, failed: 0 });
  });
});
