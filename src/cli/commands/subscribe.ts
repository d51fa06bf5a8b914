import type { Command } from 'commander';
import { PREVIEW_LIMITS } from '../../domain/analysis-recipe.js';
import { Delivery, type SubscriptionConfiguration } from '../../rpc/gen/surgicam/v1/analysis_service.js';
import { followFeed, subscriptionTo } from '../client/follow-feed.js';
import { connect, withConnectionFlags, type ConnectionFlags } from '../client/service-client.js';
import { numberIn, wholeIn } from '../flag-parsers.js';
import { onStopRequest } from '../stop-signal.js';
import { FeedView } from '../terminal/feed-view.js';
import { PreviewFile } from '../terminal/preview-file.js';
import { printerFor } from '../terminal/printers.js';
import { toOutputs, toThresholds, withWishFlags, type WishFlags } from '../wish-flags.js';

interface SubscribeFlags extends ConnectionFlags, WishFlags {
  readonly json?: boolean;
  readonly everyFrame?: boolean;
  readonly maxRate?: number;
  readonly preview?: string;
  readonly previewWidth: number;
}

/** `surgicam subscribe <feed>`: what a running service sees, until the feed ends or Ctrl-C. */
export function registerSubscribe(program: Command): void {
  const command = program
    .command('subscribe')
    .description('follow a feed of a running service: a live table on a terminal, else lines')
    .argument('<feed>', 'name of the feed')
    .option('--json', 'every analysis as a line of canonical protobuf JSON')
    .option('--every-frame', 'every analysis, as far as the history of the service reaches; else the newest')
    .option('--max-rate <n>', 'at most so many analyses per second', numberIn(0.001, 1000))
    .option('--preview <file>', 'keep a small picture of the newest frame in this file, as JPEG')
    .option('--preview-width <n>', 'its greatest width in pixels', wholeIn(...PREVIEW_LIMITS.maxWidth), 320);
  withConnectionFlags(withWishFlags(command)).action(async (feedId: string, flags: SubscribeFlags) => {
    const stop = onStopRequest();
    const client = await connect(flags);
    const view = new FeedView(feedId);
    const printer = printerFor(flags);
    const preview = flags.preview === undefined ? undefined : new PreviewFile(flags.preview);
    try {
      for await (const response of followFeed(client, configurationOf(feedId, flags), stop.signal)) {
        view.accept(response, performance.now());
        await printer.print(response, view, performance.now());
        if (response.response?.$case === 'frameAnalysis') await preview?.show(response.response.value);
      }
    } finally {
      client.close();
      stop.release();
    }
  });
}

function configurationOf(feedId: string, flags: SubscribeFlags): SubscriptionConfiguration {
  return subscriptionTo(feedId, {
    outputs: {
      ...toOutputs(flags),
      preview: flags.preview === undefined ? undefined : { maxWidth: flags.previewWidth, quality: 0 },
    },
    thresholds: toThresholds(flags),
    maxRate: flags.maxRate,
    delivery: flags.everyFrame === true ? Delivery.EVERY_FRAME : Delivery.LATEST,
  });
}
