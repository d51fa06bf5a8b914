import { availableParallelism } from 'node:os';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { numberIn, wholeIn } from '../flag-parsers.js';
import { renderDataset } from '../phantom/render-dataset.js';
import {
  DEFAULT_EVERY,
  defaultSeeds,
  RENDER_LAYOUTS,
  RENDER_SPLITS,
  SCENE_FPS,
  type RenderOptions,
} from '../phantom/render-options.js';

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
      new Option('--layout <layout>', 'how the data set lies on disk')
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
      'scenes the frames are spread over; one per 30 frames if absent, one for a video',
      wholeIn(1, 1_000_000),
    )
    .option('--size <WxH>', 'size of the frames in pixels, 16x16 to 4096x4096', frameSize, [
      320, 256,
    ] as const)
    .option(
      '--every <k>',
      `label every k-th frame of a scene (${SCENE_FPS} a second); 61, cholec80 25, video 1 if absent`,
      wholeIn(1, 100_000),
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
  const { size, tools, layout, frames, split, ...rest } = flags;
  const { seeds = defaultSeeds(layout, frames, split), every = DEFAULT_EVERY[layout], force = false } = flags;
  const [width, height] = size;
  const scene = { layout, frames, split, seeds, every, width, height };
  await renderDataset({ ...rest, ...scene, tools: tools === '10' ? 10 : 8, force });
  console.error(`wrote ${frames} frames to ${flags.out}`);
}

interface RenderFlags extends Omit<
  RenderOptions,
  'width' | 'height' | 'tools' | 'seeds' | 'every' | 'force'
> {
  readonly size: readonly [number, number];
  readonly tools: '8' | '10';
  readonly seeds?: number;
  readonly every?: number;
  readonly force?: boolean;
}

function frameSize(text: string): readonly [number, number] {
  const match = /^(\d{2,4})x(\d{2,4})$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Allowed: WIDTHxHEIGHT, 16x16 to 4096x4096.');
  const side = wholeIn(16, 4096);
  return [side(match[1]!), side(match[2]!)];
}
