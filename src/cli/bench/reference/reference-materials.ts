import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { SurgicamError } from '../../../domain/errors.js';
import { sha256OfFile } from '../../../models/checksum.js';
import { importModel } from '../../../models/import-model.js';
import { loadModelPackage, type ModelPackage } from '../../../models/model-package.js';
import { Checkpoint } from '../../../onnx/checkpoint.js';
import { recognizeResNet } from '../../../onnx/resnet-recognition.js';
import { PhantomRenderer } from '../../../video/phantom/renderer.js';
import { programVersion } from '../../program.js';
import { runTrainingScript } from './python-turns.js';

/** The same weights for both sides. */
export interface ReferenceModel {
  readonly checkpoint: string;
  readonly pkg: ModelPackage;
}

export interface ReferenceModelOptions {
  /** If absent, a ResNet-50 with random weights is made by Python. */
  readonly checkpoint?: string;
  /** Its package. If absent, the checkpoint is imported. */
  readonly model?: string;
  readonly python: string;
  /** For files made on the way. */
  readonly folder: string;
}

/** Error: invalid_argument when the package was not made of the checkpoint. */
export async function referenceModel({
  checkpoint,
  model,
  python,
  folder,
}: ReferenceModelOptions): Promise<ReferenceModel> {
  if (checkpoint === undefined && model !== undefined) {
    throw SurgicamError.invalidField(
      '--checkpoint',
      undefined,
      `the checkpoint that ${model} was imported from`,
    );
  }
  const file = checkpoint ?? join(folder, 'random.pth.tar');
  if (checkpoint === undefined) await runTrainingScript(python, 'random_checkpoint.py', ['--out', file]);
  if (model === undefined) return { checkpoint: file, pkg: await importedPackage(file, folder) };
  const pkg = await loadModelPackage(model);
  const sha256 = await sha256OfFile(file);
  if (pkg.manifest.provenance.sourceSha256 !== sha256) {
    throw SurgicamError.invalidField('--model', model, `a package imported from ${file}`);
  }
  return { checkpoint: file, pkg };
}

async function importedPackage(checkpoint: string, folder: string): Promise<ModelPackage> {
  const opened = await Checkpoint.open(checkpoint);
  const { head } = recognizeResNet(opened.tensors);
  opened.close();
  return importModel({
    checkpoint,
    directory: join(folder, 'package'),
    name: 'reference-bench',
    // The last class of the reference's models is the tissue.
    classes: Array.from({ length: head.classes }, (_, id) =>
      id < head.classes - 1 ? `class-${id}` : 'tissue',
    ),
    importer: `surgicam ${programVersion()}`,
  });
}

/** Of EndoVis18, pixels. */
const SOURCE = { width: 1280, height: 1024 } as const;
const SEED = 1000;

/** The PNG and JPEG pictures of a folder, or else of a synthetic scene in EndoVis18's size; names ascending. */
export async function referencePictures(
  given: string | undefined,
  frames: number,
  folder: string,
): Promise<{ readonly folder: string; readonly files: readonly string[] }> {
  const from = given ?? join(folder, 'seq_1', 'left_frames');
  if (given === undefined) await drawPictures(from, frames);
  const names = await readdir(from).catch((cause: unknown) => {
    throw SurgicamError.invalidField('--pictures', given, 'a folder', { cause });
  });
  // As the script takes them: by code points.
  const pictures = names.filter((name) => /\.(png|jpe?g)$/.test(name)).sort();
  if (pictures.length === 0)
    throw SurgicamError.invalidField('--pictures', given, 'a folder with PNG or JPEG files');
  return { folder: from, files: pictures.slice(0, frames).map((name) => join(from, name)) };
}

async function drawPictures(folder: string, frames: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const renderer = new PhantomRenderer(SEED, SOURCE.width, SOURCE.height);
  for (let index = 0; index < frames; index++) {
    const { pixels } = renderer.render(index);
    const name = `frame${String(index).padStart(3, '0')}.png`;
    await sharp(pixels, { raw: { ...SOURCE, channels: 3 } })
      .png({ compressionLevel: 3 })
      .toFile(join(folder, name));
  }
}
