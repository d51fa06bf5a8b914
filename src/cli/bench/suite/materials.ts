import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SurgicamError } from '../../../domain/errors.js';
import { locateFfmpeg } from '../../../video/locate-ffmpeg.js';
import { benchModel } from '../bench-materials.js';

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL('../../main.js', import.meta.url));
const MODELS = fileURLToPath(new URL('../../../../../models/', import.meta.url));

/** The model that `surgicam demo` uses. */
export const DEMO_MODEL = join(MODELS, 'phantom-resnet50-w16');

/** Folder of the paper's topology with made-up weights, float32: it costs what a trained one costs. */
export async function floatModel(folder: string): Promise<string> {
  const directory = join(folder, 'random-resnet50');
  if (!(await exists(directory))) await benchModel(undefined, folder);
  return directory;
}

/**
 * The same in 8 bits. Made-up weights tell nothing of fidelity, so none is asked for; the time is that of any
 * ResNet-50.
 */
export async function int8Model(folder: string): Promise<string> {
  const directory = join(folder, 'random-resnet50-int8');
  if (!(await exists(directory))) await quantize(await floatModel(folder), directory);
  return directory;
}

/** As a user does it, with as little as it takes. */
export async function quantize(from: string, to: string): Promise<void> {
  await run(process.execPath, [
    ...[
      MAIN,
      'model',
      'quantize',
      from,
      '--out',
      to,
      '--calibration',
      'phantom://scene?frames=20',
      '--frames',
      '20',
      '--stride',
      '1',
    ],
    ...['--method', 'min-max', '--max-float-layers', '0', '--allow-miss'],
  ]);
}

export interface ClipShape {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly seconds: number;
}

/** A moving test picture with noise, as H.264 of 4 to 10 Mbit/s at 1080p; made once a folder. Gives its name. */
export async function testClip(folder: string, shape: ClipShape): Promise<string> {
  const { width, height, framesPerSecond, seconds } = shape;
  const name = `${width}x${height}-${framesPerSecond}.mp4`;
  const file = join(folder, name);
  if (await exists(file)) return name;
  const { path } = await locateFfmpeg();
  const picture = `testsrc2=size=${width}x${height}:rate=${framesPerSecond}:duration=${seconds},noise=alls=6:allf=t`;
  const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '8M', '-g', `${framesPerSecond * 2}`];
  const args = [
    '-v',
    'error',
    '-nostdin',
    '-f',
    'lavfi',
    '-i',
    picture,
    ...encoder,
    '-pix_fmt',
    'yuv420p',
    file,
  ];
  await run(path, args).catch((cause: unknown) => {
    throw new SurgicamError('failed_precondition', `${path} could not encode a test clip with libx264`, {
      cause,
    });
  });
  return name;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
