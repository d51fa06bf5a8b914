import type { Command } from 'commander';
import { parseLayer, readConfigFile } from '../../config/file-layer.js';
import { compileConfig } from '../../config/load-config.js';
import { configSample } from '../../config/sample.js';
import { SurgicamError } from '../../domain/errors.js';

/** `surgicam config`: check a configuration file, or print one to start from. */
export function registerConfig(program: Command): void {
  const group = program
    .command('config')
    .description('check a configuration file, or print one to start from');
  group
    .command('sample')
    .description('a configuration file with every key at its default, explained')
    .action(() => {
      process.stdout.write(configSample());
    });
  group
    .command('check')
    .description('whether a configuration file is valid; else every error, one a line, and exit code 1')
    .argument('<file>', 'YAML configuration')
    .action(async (file: string) => {
      const mistakes = mistakesOf(await readConfigFile(file), file);
      for (const mistake of mistakes) console.error(mistake);
      if (mistakes.length > 0) process.exitCode = 1;
      else console.log(`${file} is valid`);
    });
}

/** Every error of a configuration file: path, value, allowed range. */
function mistakesOf(text: string, file: string): readonly string[] {
  try {
    compileConfig([parseLayer(text, file)]);
    return [];
  } catch (thrown) {
    const error = SurgicamError.from(thrown);
    if (error.code !== 'invalid_argument') throw thrown;
    return error.violations.length === 0
      ? [error.message]
      : error.violations.map(({ description }) => description);
  }
}
