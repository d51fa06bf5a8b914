import { open } from 'node:fs/promises';
import { SurgicamError } from '../domain/errors.js';

/** What a file of weights is, by its content: a name's ending says little (`.pth`, `.tar`, `.bin`). */
export type ImportSource = 'checkpoint' | 'onnx';

/** torch.save writes a zip file since torch 1.6; before it was a bare pickle (0x80 and its protocol). */
const ZIP = 'PK';
const PICKLE = 0x80;

/** Protocol buffers begin with a field's number and kind; an ONNX file with its format's version, field 1, a number. */
const ONNX = 0x08;

/** Tells a PyTorch checkpoint from an ONNX file. Errors: not_found; invalid_argument for a file that is neither. */
export async function importSourceOf(file: string): Promise<ImportSource> {
  const start = await firstBytes(file);
  if (start.toString('latin1') === ZIP || start[0] === PICKLE) return 'checkpoint';
  if (start[0] === ONNX) return 'onnx';
  throw new SurgicamError(
    'invalid_argument',
    `${file} is neither an ONNX file nor a PyTorch zip checkpoint (a file that torch.onnx.export or torch.save wrote)`,
  );
}

async function firstBytes(file: string): Promise<Buffer> {
  try {
    const handle = await open(file);
    try {
      const bytes = Buffer.alloc(2);
      const { bytesRead } = await handle.read(bytes);
      return bytes.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw SurgicamError.notFound('model file', file);
    throw SurgicamError.invalidField('model file', file, 'a file that can be read', { cause: error });
  }
}
