import { Option, type Command } from 'commander';
import { AnalyzeStreamConfiguration } from '../../rpc/gen/surgicam/v1/analysis_service.js';
import { Pacing } from '../../rpc/gen/surgicam/v1/feed.js';
import { pushVideo } from '../client/push-video.js';
import { FORMAT_NAMES, openPushedFile, type FormatName } from '../client/pushed-file.js';
import { connect, withConnectionFlags, type ConnectionFlags } from '../client/service-client.js';
import { frameSize, numberIn } from '../flag-parsers.js';
import { onStopRequest } from '../stop-signal.js';
import { FeedView } from '../terminal/feed-view.js';
import { printerFor } from '../terminal/printers.js';
import { toOutputs, toThresholds, withWishFlags, type WishFlags } from '../wish-flags.js';

interface PushFlags extends ConnectionFlags, WishFlags {
  readonly format?: FormatName;
  readonly feed: string;
  readonly model: string;
  readonly live?: boolean;
  readonly rate?: number;
  readonly size?: readonly [number, number];
  readonly json?: boolean;
}

/** `surgicam push <video>`: sends one's own video to a running service and shows what it sees. */
export function registerPush(program: Command): void {
  const command = program
    .command('push')
    .description('send video to a running service and show what it sees in it')
    .argument('<video>', 'a file, a folder of JPEG and PNG pictures, or - for standard input')
    .addOption(
      new Option('--format <format>', 'what the video is (default: by the name)').choices(
        Object.keys(FORMAT_NAMES),
      ),
    )
    .option('--feed <id>', 'name under which others may follow the video meanwhile', '')
    .option('--model <name>', "model that looks at it (default: the service's)", '')
    .option('--live', 'the newest frame wins where analysis is slower; else the video waits')
    .option('--rate <n>', 'frames per second of h264, h265, pictures and rgb24', numberIn(0.1, 1000))
    .option('--size <WxH>', 'pixels of rgb24', frameSize)
    .option('--json', 'every analysis as a line of canonical protobuf JSON');
  withConnectionFlags(withWishFlags(command)).action(async (path: string, flags: PushFlags) => {
    const { format, video } = await openPushedFile(path, flags.format);
    const stop = onStopRequest();
    const client = await connect(flags);
    const view = new FeedView(flags.feed === '' ? path : flags.feed);
    const printer = printerFor(flags);
    try {
      for await (const response of pushVideo(client, configurationOf(format, flags), video, stop.signal)) {
        view.accept(response, performance.now());
        await printer.print(response, view, performance.now());
      }
    } finally {
      client.close();
      stop.release();
    }
  });
}

function configurationOf(format: FormatName, flags: PushFlags): AnalyzeStreamConfiguration {
  const [width, height] = flags.size ?? [0, 0];
  return AnalyzeStreamConfiguration.fromPartial({
    feedId: flags.feed,
    source: { format: FORMAT_NAMES[format], width, height, frameRate: flags.rate },
    modelName: flags.model,
    pacing: flags.live === true ? Pacing.LIVE : Pacing.EVERY_FRAME,
    outputs: toOutputs(flags),
    thresholds: toThresholds(flags),
  });
}
