import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SurgicamError } from '../domain/errors.js';

/**
 * Reads the files of weights in an ONNX file's own folder. Error: invalid_argument for a name that leads elsewhere (the
 * name comes out of the ONNX file, which may be anybody's), not_found when there is no such file.
 */
export function weightsBeside(onnxFile: string): (name: string) => Promise<Uint8Array> {
  return async (name) => {
    if (name === '' || name !== path.basename(name) || name.includes('\\') || name === '..') {
      throw SurgicamError.invalidField('file of weights', name, "a file in the ONNX file's own folder");
    }
    try {
      return await readFile(path.join(path.dirname(onnxFile), name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw SurgicamError.notFound(
        'file of weights',
        name,
        `it belongs beside ${onnxFile}; copy it there, or export the network with its weights inside (external_data=False)`,
      );
    }
  };
}
