import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SurgicamError } from '../../domain/errors.js';
import { loadModelPackage, type ModelPackage } from '../../models/model-package.js';
import { writeModelPackage } from '../../models/write-model-package.js';
import { buildRandomResNet } from '../../onnx/random-resnet.js';
import { locateFfmpeg } from '../../video/locate-ffmpeg.js';

/** A temporary folder for one bench, removed with everything in it. */
export async function withTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'surgicam-bench-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The reference's classes: ten instruments and the tissue. */
const CLASS_COUNT = 11;

/** The package of `--model`, or else the paper's topology with made-up weights: it costs what the trained one costs. */
export async function benchModel(directory: string | undefined, folder: string): Promise<ModelPackage> {
  if (directory !== undefined) return loadModelPackage(directory);
  const mean = [0.4084945, 0.25513682, 0.25353566] as const;
  const std = [0.22662906, 0.20201652, 0.1962526] as const;
  const size = { inputWidth: 320, inputHeight: 256 };
  const graph = await buildRandomResNet({ depth: 50, classes: CLASS_COUNT, ...size, mean, std });
  const facts = {
    name: 'random-resnet50',
    version: '1.0.0',
    classes: Array.from({ length: CLASS_COUNT }, (_, index) => `class-${index}`),
    input: { width: size.inputWidth, height: size.inputHeight, mean: [...mean], std: [...std] },
    thresholds: { class: 0.5, roi: 0.3 },
    provenance: { sourceFile: 'made-up weights', importer: 'surgicam bench' },
    license: 'Apache-2.0',
  };
  return writeModelPackage(join(folder, facts.name), facts as Parameters<typeof writeModelPackage>[1], graph);
}

/** Of Cholec80's size and rate. */
const CLIP = { width: 854, height: 480, framesPerSecond: 25, seconds: 40 } as const;
export const CLIP_DESCRIPTION = `made-up H.264, ${CLIP.width} x ${CLIP.height}, ${CLIP.framesPerSecond} frames/s`;

/** The clip of `--video`, or else a moving test picture encoded as H.264. */
export async function benchClip(video: string | undefined, folder: string): Promise<string> {
  if (video !== undefined) return video;
  const clip = join(folder, 'clip.mp4');
  const { path } = await locateFfmpeg();
  const picture = `testsrc2=size=${CLIP.width}x${CLIP.height}:rate=${CLIP.framesPerSecond}:duration=${CLIP.seconds}`;
  const encoder = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-pix_fmt', 'yuv420p'];
  const args = ['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', picture, ...encoder, clip];
  await promisify(execFile)(path, args).catch((cause: unknown) => {
    throw new SurgicamError(
      'failed_precondition',
      `${path} could not encode a test clip; give one with --video`,
      { cause },
    );
  });
  return clip;
}
