import { Option, type Command } from 'commander';
import {
  HardwareAcceleration,
  Pacing,
  PhantomPace,
  type FeedSource,
} from '../../rpc/gen/surgicam/v1/feed.js';
import { phantomSource } from '../../rpc/messages/phantom-source.js';
import { connect, withConnectionFlags, type ConnectionFlags } from '../client/service-client.js';
import { unary } from '../client/unary.js';
import { feedLine } from '../terminal/feed-table.js';
import { feedGroup } from './feed-group.js';

interface FeedAddFlags extends ConnectionFlags {
  readonly model: string;
  readonly pacing: keyof typeof PACINGS;
  readonly hwaccel: keyof typeof ACCELERATIONS;
  readonly ownSpeed?: boolean;
  readonly loop?: boolean;
}

const PACINGS = { live: Pacing.LIVE, 'every-frame': Pacing.EVERY_FRAME } as const;
const ACCELERATIONS = {
  auto: HardwareAcceleration.AUTO,
  cuda: HardwareAcceleration.CUDA,
  none: HardwareAcceleration.NONE,
} as const;

/** `surgicam feed add <id> <source>`: the service starts to watch a source. */
export function registerFeedAdd(program: Command): void {
  const command = feedGroup(program)
    .command('add')
    .description('start a feed')
    .argument('<id>', 'name of the feed: 1 to 63 of a-z, 0-9 and -')
    .argument(
      '<source>',
      'rtsp(s), srt, rtmp, udp or http(s) URI, device:..., phantom://?seed=7, or a file below the media root of the service',
    )
    .option('--model <name>', "model that looks at it (default: the service's)", '')
    .addOption(
      new Option('--pacing <pacing>', 'live keeps the newest frame, every-frame slows the decoder down')
        .choices(Object.keys(PACINGS))
        .default('live'),
    )
    .addOption(
      new Option('--hwaccel <kind>', 'where the video is decoded')
        .choices(Object.keys(ACCELERATIONS))
        .default('auto'),
    )
    .option('--own-speed', 'play a file or the synthetic scene at its own speed, not as fast as possible')
    .option('--loop', 'start a file again at its end');
  withConnectionFlags(command).action(async (feedId: string, source: string, flags: FeedAddFlags) => {
    const client = await connect(flags);
    try {
      const settings = {
        feedId,
        source: toSource(source, flags),
        modelName: flags.model,
        pacing: PACINGS[flags.pacing],
        hardwareAcceleration: ACCELERATIONS[flags.hwaccel],
      };
      const { feed } = await unary(client.address, client.feeds.createFeed.bind(client.feeds), { settings });
      if (feed !== undefined) console.log(feedLine(feed));
    } finally {
      client.close();
    }
  });
}

/** The source as the contract says it: `phantom://?options` is the synthetic scene, anything else a URI. */
export function toSource(
  text: string,
  { ownSpeed = false, loop = false }: { readonly ownSpeed?: boolean; readonly loop?: boolean },
): FeedSource {
  if (/^phantom:/i.test(text)) {
    const scene = phantomSource(text, loop);
    const pace = ownSpeed ? PhantomPace.REAL_TIME : scene.pace;
    return { source: { $case: 'phantom', value: { ...scene, pace } } };
  }
  return { source: { $case: 'uri', value: { uri: text, ownSpeed, loop } } };
}
