import { open, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { availableParallelism } from 'node:os';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { PHANTOM_CLASSES } from '../../video/phantom/instruments.js';
import { PhantomRenderer } from '../../video/phantom/renderer.js';
import { numberIn, wholeIn } from '../flag-parsers.js';
import { renderDataset } from '../phantom/render-dataset.js';
import {
  defaultSeeds,
  RENDER_LAYOUTS,
  RENDER_SPLITS,
  SCENE_FPS,
  type RenderOptions,
} from '../phantom/render-options.js';

export interface PhantomRenderOptions {
  /** Folder to write into; made when missing. */
  readonly out: string;
  readonly frames: number;
  /** First scene seed. */
  readonly seed: number;
  /** Number of scenes, with consecutive seeds, that the frames are spread over. */
  readonly seeds: number;
  readonly width: number;
  readonly height: number;
  /** Take every n-th frame of a scene. */
  readonly every: number;
}

/**
 * Writes a data set of rendered frames: `frames.npy` uint8 [N, H, W, 3] RGB, `labels.npy` uint8 [N, K] presence,
 * and `scene.json` with classes, seed, time and boxes of every frame. The same options give the same bytes.
 */
export async function renderPhantomDataset(options: PhantomRenderOptions): Promise<void> {
  const { out, frames, seed, seeds, width, height, every } = options;
  await mkdir(out, { recursive: true });
  const labels = new Uint8Array(frames * PHANTOM_CLASSES.length);
  const truths: unknown[] = [];
  const file = await open(join(out, 'frames.npy'), 'w');
  try {
    await file.write(npyHeader([frames, height, width, 3]));
    let renderer: PhantomRenderer | undefined;
    let first = 0;
    for (let index = 0; index < frames; index++) {
      const scene = seed + Math.floor((index * seeds) / frames);
      if (renderer?.seed !== scene) {
        renderer = new PhantomRenderer(scene, width, height);
        first = index;
      }
      const time = ((index - first) * every) / SCENE_FPS;
      const { pixels, truth } = renderer.render(time);
      await file.write(pixels);
      labels.set(truth.present.map(Number), index * PHANTOM_CLASSES.length);
      const instruments = truth.instruments.map(({ kind, present, box, tipBox }) => {
        return { kind, present, box, tipBox };
      });
      truths.push({ seed: scene, time, instruments });
    }
  } finally {
    await file.close();
  }
  const shape = [frames, PHANTOM_CLASSES.length];
  await writeFile(join(out, 'labels.npy'), Buffer.concat([npyHeader(shape), labels]));
  const document = { classes: PHANTOM_CLASSES, width, height, frames: truths };
  await writeFile(join(out, 'scene.json'), `${JSON.stringify(document)}\n`);
}

/** Adds `surgicam phantom render`. */
export function registerPhantomRender(program: Command): void {
  program
    .command('phantom')
    .description('the synthetic scene: a test signal without patient data')
    .command('render')
    .description('write rendered frames with labels, boxes and masks as a data set')
    .requiredOption('--out <dir>', 'folder to write the data set into')
    .requiredOption('--frames <n>', 'number of labelled frames', wholeIn(1, 1_000_000))
    .addOption(
      new Option('--layout <layout>', 'how the data set lies on disk; arrays is for NumPy')
        .choices(RENDER_LAYOUTS)
        .default('endovis18'),
    )
    .addOption(
      new Option('--split <split>', 'which sequences are written').choices(RENDER_SPLITS).default('both'),
    )
    .option(
      '--validation-share <share>',
      'share of the scenes that validate, with --split both: 0.01 to 0.99',
      numberIn(0.01, 0.99),
      0.2,
    )
    .option('--seed <n>', 'first scene seed', wholeIn(0, 0x7fffffff), 1)
    .option(
      '--seeds <n>',
      'scenes the frames are spread over; one per 30 frames if absent',
      wholeIn(1, 1_000_000),
    )
    .option('--size <WxH>', 'size of the frames in pixels, 16x16 to 4096x4096', frameSize, [
      320, 256,
    ] as const)
    .option(
      '--every <k>',
      `take every k-th frame of a scene (${SCENE_FPS} a second)`,
      wholeIn(1, 100_000),
      61,
    )
    .addOption(
      new Option('--tools <n>', "instruments that are labelled: EndoVis18's eight, or ten with hook and bag")
        .choices(['8', '10'])
        .default('8'),
    )
    .addOption(
      new Option('--boxes <what>', 'what true boxes are drawn around: the whole instrument, or its tip')
        .choices(['whole', 'tip'])
        .default('whole'),
    )
    .option('--threads <n>', 'drawing threads', wholeIn(1, 64), Math.min(2, availableParallelism()))
    .option('--force', 'replace what an earlier run has rendered into the folder')
    .action(render);
}

async function render(flags: RenderFlags): Promise<void> {
  const { size, tools, frames, split, seeds = defaultSeeds(frames, split), force = false, ...rest } = flags;
  const [width, height] = size;
  if (flags.layout === 'arrays') {
    await renderPhantomDataset({ ...rest, frames, seeds, width, height });
  } else {
    const labelled = tools === '10' ? 10 : 8;
    await renderDataset({ ...rest, frames, split, seeds, width, height, tools: labelled, force });
  }
  console.error(`wrote ${frames} frames to ${flags.out}`);
}

interface RenderFlags extends Omit<RenderOptions, 'width' | 'height' | 'tools' | 'seeds' | 'force'> {
  readonly size: readonly [number, number];
  readonly tools: '8' | '10';
  readonly seeds?: number;
  readonly force?: boolean;
}

function frameSize(text: string): readonly [number, number] {
  const match = /^(\d{2,4})x(\d{2,4})$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Allowed: WIDTHxHEIGHT, 16x16 to 4096x4096.');
  const side = wholeIn(16, 4096);
  return [side(match[1]!), side(match[2]!)];
}

/** Header of a NumPy 1.0 file of uint8, C order: padded with spaces to a multiple of 64 bytes. */
function npyHeader(shape: readonly number[]): Buffer {
  const dictionary = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const text = dictionary.padEnd(Math.ceil((dictionary.length + 11) / 64) * 64 - 11) + '\n';
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(text, 'latin1')]);
}
