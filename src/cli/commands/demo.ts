import type { Command } from 'commander';
import { access } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { flagLayer } from '../../config/flag-layer.js';
import { SurgicamError } from '../../domain/errors.js';
import { createLogger } from '../../observability/logger.js';
import { HardwareAcceleration, Pacing } from '../../rpc/gen/surgicam/v1/feed.js';
import { followFeed, subscriptionTo } from '../client/follow-feed.js';
import { connect, type ServiceClient } from '../client/service-client.js';
import { unary } from '../client/unary.js';
import { startService } from '../compose-service.js';
import { configOf, withConfigFlags } from '../config-flags.js';
import { numberIn } from '../flag-parsers.js';
import { onStopRequest, type StopRequest } from '../stop-signal.js';
import { feedLine } from '../terminal/feed-table.js';
import { FeedView } from '../terminal/feed-view.js';
import { linePrinter } from '../terminal/printers.js';
import { toSource } from './feed-add.js';

interface DemoFlags {
  readonly video: string | undefined;
  readonly seconds: number | undefined;
}

const FEED = 'demo';

/** `surgicam demo`: service, feed and subscriber in one process, talking real gRPC over loopback. */
export function registerDemo(program: Command): void {
  const command = program
    .command('demo')
    .description('the whole service at work on a synthetic operating scene, until Ctrl-C')
    .option('--video <file>', 'your own video in place of the scene, in a loop')
    .option('--seconds <n>', 'end by itself after so long', numberIn(0.1, 86_400));
  withConfigFlags(command, 'service').action((flags: DemoFlags) => demo(flags, command));
}

async function demo({ video, seconds }: DemoFlags, command: Command): Promise<void> {
  const config = await configOf(command, 'service', await demoDefaults(video));
  const stop = onStopRequest();
  const service = await startService(config, createLogger(config.log.level));
  try {
    const { model, provider } = await service.ready;
    const ffmpeg = service.ffmpeg;
    console.log(
      `ffmpeg   ${ffmpeg === undefined ? 'none' : `${ffmpeg.version} (${ffmpeg.origin}: ${ffmpeg.path})`}`,
    );
    console.log(`model    ${model} on ${provider}`);
    console.log(`service  gRPC on ${service.address}; Ctrl-C ends`);
    const client = await connect({ address: service.address });
    try {
      await follow(client, { video, seconds }, stop);
    } finally {
      client.close();
    }
  } finally {
    await service.stop();
    stop.release();
  }
}

/** Adds the feed and prints what is seen on it, until asked to stop or for so many seconds after the first frame. */
async function follow(
  client: ServiceClient,
  { video, seconds }: DemoFlags,
  stop: StopRequest,
): Promise<void> {
  const settings = {
    feedId: FEED,
    source: toSource(video === undefined ? 'phantom://' : basename(video), { ownSpeed: true, loop: true }),
    modelName: '',
    pacing: Pacing.LIVE,
    hardwareAcceleration: HardwareAcceleration.AUTO,
  };
  const { feed } = await unary(client.address, client.feeds.createFeed.bind(client.feeds), { settings });
  if (feed !== undefined) console.log(`feed     ${feedLine(feed)}\n`);
  const outputs = {
    boxes: true,
    outlines: false,
    heatmaps: undefined,
    regionFeatures: undefined,
    preview: undefined,
    explanation: undefined,
  };
  const view = new FeedView(FEED);
  const printer = linePrinter(process.stdout);
  let analyses = 0;
  for await (const response of followFeed(client, subscriptionTo(FEED, { outputs }), stop.signal)) {
    if (response.response?.$case === 'frameAnalysis') {
      analyses += 1;
      if (seconds !== undefined) stop.after(seconds * 1000);
    }
    view.accept(response, performance.now());
    await printer.print(response, view, performance.now());
  }
  console.log(`\n${analyses} frames analysed and received over gRPC`);
}

/** A free port, no noise, the processor: nothing that is missing on some machine. Flags win over all of it. */
async function demoDefaults(video: string | undefined) {
  const defaults = [
    { flag: 'demo', path: 'server.port', given: '0' },
    { flag: 'demo', path: 'log.level', given: 'error' },
    { flag: 'demo', path: 'log.audit', given: 'false' },
    { flag: 'demo', path: 'inference.providers', given: 'cpu' },
  ];
  if (video === undefined) return flagLayer(defaults);
  await access(video).catch((cause: unknown) => {
    throw SurgicamError.invalidField('--video', video, 'a file that can be read', { cause });
  });
  return flagLayer([...defaults, { flag: 'demo', path: 'video.mediaRoot', given: dirname(resolve(video)) }]);
}
