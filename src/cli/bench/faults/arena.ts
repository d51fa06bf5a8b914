import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { HardwareAcceleration, Pacing } from '../../../rpc/gen/surgicam/v1/feed.js';
import { AnalyzeImageRequest } from '../../../rpc/gen/surgicam/v1/analysis_service.js';
import { locateFfmpeg } from '../../../video/locate-ffmpeg.js';
import { connect, type ServiceClient } from '../../client/service-client.js';
import { unary } from '../../client/unary.js';
import { toSource } from '../../commands/feed-add.js';
import { processStats } from '../process-stats.js';
import { startServiceProcess, type ServiceProcess } from '../service-process.js';
import { writeNullModel } from '../soak/null-model.js';
import { Misbehaviour, within } from './expectations.js';
import { FeedStates } from './feed-states.js';
import { Follower } from './follower.js';

export const MAX_FEEDS = 12;
export const MAX_SUBSCRIPTIONS = 40;
export const MAX_SUBSCRIPTIONS_PER_FEED = 30;
export const HISTORY_FRAMES = 64;

/** Limits that a campaign can reach, and a machine of its own to look into. */
const CONFIG = {
  feeds: {
    maxFeeds: MAX_FEEDS,
    historyFrames: HISTORY_FRAMES,
    reconnectFirstDelayMs: 200,
    stallAfterMs: 1000,
  },
  server: {
    maxSubscriptions: MAX_SUBSCRIPTIONS,
    maxSubscriptionsPerFeed: MAX_SUBSCRIPTIONS_PER_FEED,
    drainDeadlineMs: 3000,
  },
  video: { allowLoopback: true },
};

/** A service in a process of its own around a model that does nothing, and what one needs to ill-treat it. */
export class Arena {
  private readonly clients: ServiceClient[] = [];

  private constructor(
    readonly folder: string,
    readonly ffmpeg: string,
    readonly service: ServiceProcess,
    readonly client: ServiceClient,
    readonly states: FeedStates,
    readonly picture: Buffer,
  ) {}

  static async open(folder: string): Promise<Arena> {
    await writeNullModel(folder);
    const { path: ffmpeg } = await locateFfmpeg();
    const service = await startArenaService(folder);
    const client = await connect({ address: service.address }, { ownConnection: true });
    const picture = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const arena = new Arena(folder, ffmpeg, service, client, new FeedStates(client), picture);
    await arena.serves();
    return arena;
  }

  /** Another client with a connection of its own; closed by `tidy`. */
  async otherClient(): Promise<ServiceClient> {
    const client = await connect({ address: this.service.address }, { ownConnection: true });
    this.clients.push(client);
    return client;
  }

  /** Starts a feed of any source; `delete` it in the end. */
  async feed(feedId: string, source: string, { everyFrame = false } = {}): Promise<void> {
    const settings = {
      feedId,
      source: toSource(source, {}),
      modelName: '',
      pacing: everyFrame ? Pacing.EVERY_FRAME : Pacing.LIVE,
      hardwareAcceleration: HardwareAcceleration.NONE,
    };
    const { address, feeds } = this.client;
    await unary(address, feeds.createFeed.bind(feeds), { settings });
  }

  async delete(feedId: string): Promise<void> {
    const { address, feeds } = this.client;
    await unary(address, feeds.deleteFeed.bind(feeds), { feedId });
  }

  follow(
    feedId: string,
    wish: ConstructorParameters<typeof Follower>[2] = {},
    client = this.client,
  ): Follower {
    return new Follower(client, feedId, wish);
  }

  /** A clip of two seconds, once made. */
  async clip(name: string): Promise<string> {
    const file = join(this.folder, name);
    const input = [
      '-v',
      'error',
      '-nostdin',
      '-y',
      '-f',
      'lavfi',
      '-i',
      'testsrc2=size=320x240:rate=25:duration=2',
    ];
    await promisify(execFile)(this.ffmpeg, [...input, '-c:v', 'libx264', '-pix_fmt', 'yuv420p', file]);
    return file;
  }

  /** Throws unless the service analyses a picture. */
  async serves(): Promise<void> {
    const { address, analysis } = this.client;
    const request = AnalyzeImageRequest.fromPartial({ image: this.picture });
    const asked = unary(address, analysis.analyzeImage.bind(analysis), request);
    const { frameAnalysis } = await within(10_000, 'a picture is analysed', asked);
    if (frameAnalysis === undefined) throw new Misbehaviour('a picture was answered with nothing');
  }

  /** Process numbers of the service's ffmpeg children. */
  async ffmpegs(): Promise<number[]> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
    const children = await Promise.all(
      pids.map(async (pid) => {
        const isOurs = (await processStats(pid))?.parentPid === this.service.pid;
        return isOurs && (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).startsWith('ffmpeg');
      }),
    );
    return pids.filter((_, index) => children[index]);
  }

  /** Resolves when no ffmpeg is left. */
  async withoutFfmpeg(ms = 10_000): Promise<void> {
    const end = performance.now() + ms;
    while ((await this.ffmpegs()).length > 0) {
      if (performance.now() > end) throw new Misbehaviour(`an ffmpeg is left after ${ms} ms`);
      await delay(50);
    }
  }

  /** Open descriptors of the service. */
  async descriptors(): Promise<number> {
    return (await readdir(`/proc/${this.service.pid}/fd`)).length;
  }

  /** Closes what a fault has opened. */
  tidy(): void {
    for (const client of this.clients.splice(0)) client.close();
  }

  async close(): Promise<void> {
    this.tidy();
    this.states.close();
    this.client.close();
    await this.service.stop();
  }
}

/** A service with the arena's model, media and limits, and what else the server is to be told. */
export async function startArenaService(
  folder: string,
  { server = {}, auth = {} }: { readonly server?: object; readonly auth?: object } = {},
): Promise<ServiceProcess> {
  const config = join(folder, 'arena.yaml');
  await writeFile(config, JSON.stringify({ ...CONFIG, server: { ...CONFIG.server, ...server }, auth }));
  const base = ['--config', config, '--models', folder, '--media-root', folder];
  return startServiceProcess([...base, '--providers', 'cpu']);
}
