import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { SurgicamError } from '../domain/errors.js';
import { isMapping, type ConfigLayer } from './layers.js';

/** The layer of a YAML file. Errors: not_found; invalid_argument when it is not a YAML mapping. */
export async function fileLayer(file: string): Promise<ConfigLayer> {
  return parseLayer(await readConfigFile(file), file);
}

/** The text of a configuration file. Errors: not_found; failed_precondition when it cannot be read. */
export async function readConfigFile(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') {
      throw SurgicamError.notFound(
        'configuration file',
        file,
        "'surgicam config sample' prints one to start from",
      );
    }
    throw new SurgicamError(
      'failed_precondition',
      `the configuration file ${file} cannot be read (${code ?? ''})`,
      {
        cause,
      },
    );
  });
}

/** The same from text; `file` is for messages. */
export function parseLayer(text: string, file: string): ConfigLayer {
  let values: unknown;
  try {
    values = parse(text);
  } catch (cause) {
    const [line = ''] = SurgicamError.from(cause).message.split('\n');
    throw new SurgicamError('invalid_argument', `${file} is not YAML: ${line.replace(/:$/, '')}`, { cause });
  }
  if (values === null) return { values: {}, originOf: () => file }; // an empty file, or comments only
  if (!isMapping(values))
    throw SurgicamError.invalidField(file, values, 'sections with keys, such as server: and port:');
  return { values, originOf: () => file };
}
