import { open, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { PHANTOM_CLASSES } from '../../video/phantom/instruments.js';
import { PhantomRenderer } from '../../video/phantom/renderer.js';
import { wholeIn } from '../flag-parsers.js';

/** Frames a second of the rendered scene; `every` counts in these. */
const SCENE_FPS = 25;

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
    .description('write rendered frames with their labels and boxes as a data set for training')
    .requiredOption('--out <dir>', 'folder to write frames.npy, labels.npy and scene.json into')
    .requiredOption('--frames <n>', 'number of frames', wholeIn(1, 1_000_000))
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
    .action(async (flags: RenderFlags) => {
      const { out, frames, seed, seeds = Math.ceil(frames / 30), every, size } = flags;
      await renderPhantomDataset({ out, frames, seed, seeds, every, width: size[0], height: size[1] });
      console.error(`wrote ${frames} frames to ${out}`);
    });
}

interface RenderFlags {
  readonly out: string;
  readonly frames: number;
  readonly seed: number;
  readonly seeds?: number;
  readonly size: readonly [number, number];
  readonly every: number;
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
