import { Option, type Command } from 'commander';
import type { Config } from '../../config/schema.js';
import { LAYOUTS, type Dataset, type Layout, type Split } from '../../datasets/dataset.js';
import type { Logger } from '../../observability/logger.js';
import { announceFfmpeg } from '../start-engine.js';

/** Which data set, and which part of it. */
export interface DatasetFlags {
  readonly layout: Layout;
  readonly split?: Split;
}

/** Adds the argument and the flags that name a data set. */
export function withDatasetFlags(command: Command): Command {
  return command
    .argument('<root>', 'folder of the data set')
    .addOption(
      new Option('--layout <layout>', 'how the data set lies on disk')
        .choices([...LAYOUTS])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--split <split>', 'part of the data set (default: all)').choices(['train', 'val']),
    );
}

/** The ffmpeg for a data set of videos, announced in the log; nothing for one of pictures. */
export async function ffmpegFor(
  { frames }: Dataset,
  config: Config,
  logger: Logger,
): Promise<{ readonly ffmpegPath?: string }> {
  if (frames.every(({ videoFrame }) => videoFrame === undefined)) return {};
  return { ffmpegPath: (await announceFfmpeg(config, logger)).path };
}
