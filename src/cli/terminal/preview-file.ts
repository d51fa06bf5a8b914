import { SurgicamError } from '../../domain/errors.js';
import { writeAtomically } from '../../files/write-atomically.js';
import type { FrameAnalysis } from '../../rpc/gen/surgicam/v1/analysis.js';

/** Keeps the newest frame's preview in a file, which is a whole picture at any time. */
export class PreviewFile {
  constructor(private readonly file: string) {}

  /** Error: invalid_argument, naming the flag, for a file that cannot be written. */
  async show({ preview }: FrameAnalysis): Promise<void> {
    if (preview === undefined) return;
    await writeAtomically(this.file, preview.jpeg).catch((cause: unknown) => {
      throw SurgicamError.invalidField('--preview', this.file, 'a file that can be written', { cause });
    });
  }
}
