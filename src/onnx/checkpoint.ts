import { SurgicamError } from '../domain/errors.js';
import { unpickle } from './restricted-unpickler.js';
import { findStateDict, type StateDict } from './state-dict.js';
import type { Numbers } from './storage-types.js';
import { TorchArchive } from './torch-archive.js';

/** The pickle of a ResNet-152 with its optimizer is under 1 MB; 64 MB is no model. */
const MAX_PICKLE_BYTES = 64 * 2 ** 20;

/** An open PyTorch checkpoint: names and shapes at hand, numbers read when asked for. */
export class Checkpoint {
  private constructor(
    private readonly archive: TorchArchive,
    readonly tensors: StateDict,
  ) {}

  /** Errors: not_found, or invalid_argument when the file is no checkpoint or asks for more than tensors. */
  static async open(file: string): Promise<Checkpoint> {
    const archive = await TorchArchive.open(file);
    try {
      const root = unpickle(await archive.read('data.pkl', MAX_PICKLE_BYTES));
      return new Checkpoint(archive, findStateDict(root));
    } catch (error) {
      archive.close();
      throw error;
    }
  }

  /** The numbers of a tensor in row-major order. Error: invalid_argument when absent, not floating point or not finite. */
  async read(name: string): Promise<Numbers> {
    const tensor = this.tensors.get(name);
    if (tensor === undefined)
      throw new SurgicamError('invalid_argument', `the checkpoint has no entry '${name}'`);
    const { storage } = tensor;
    const bytes = await this.archive.read(
      `data/${storage.key}`,
      storage.elements * storage.type.bytesPerElement,
    );
    const values = tensor.values(bytes);
    const bad = firstNotFinite(values);
    if (bad >= 0) throw SurgicamError.invalidField(`${name}[${bad}]`, String(values[bad]), 'finite numbers');
    return values;
  }

  close(): void {
    this.archive.close();
  }
}

/** Index of the first number that is NaN or infinite, or -1. A plain loop: it looks at every weight there is. */
function firstNotFinite(values: Numbers): number {
  for (let i = 0; i < values.length; i++) {
    if (values[i]! - values[i]! !== 0) return i;
  }
  return -1;
}
