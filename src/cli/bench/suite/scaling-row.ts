import { setTimeout as delay } from 'node:timers/promises';
import { HeatmapEncoding } from '../../../rpc/gen/surgicam/v1/analysis.js';
import { familyRssBytes } from '../process-stats.js';
import { createLoopedFeed, deleteFeed } from '../service-speed.js';
import type { Chart } from './plot.js';
import { startFollowers } from './followers.js';
import { DEMO_MODEL, testClip } from './materials.js';
import { figureOf, measureWindow, type Window } from './repeat.js';
import type { Figure, RowContext, RowFindings, Table } from './row.js';
import { withService, type ServiceUnderTest } from './service.js';

const CLIP = { width: 854, height: 480, framesPerSecond: 25, seconds: 40 } as const;
const FEEDS = [1, 2, 4, 8, 16] as const;
const SUBSCRIBERS = { native: [1, 10, 50, 100, 200], full: [1, 10, 50] } as const;
const ENCODINGS = { native: HeatmapEncoding.NATIVE_F32, full: HeatmapEncoding.FULL_U8 } as const;
const WARM_UP_MS = 2_000;

interface Step {
  readonly feeds: number;
  readonly subscribers: number;
  readonly heatmaps: keyof typeof ENCODINGS;
  readonly analyzedPerSecond: number;
  readonly droppedShare: number;
  readonly messagesPerSecond: number;
  readonly megabytesPerSecond: number;
  /** Processors. */
  readonly serviceCpu: number | undefined;
  readonly ffmpegCpu: number | undefined;
  readonly subscribersCpu: number;
  readonly memoryMegabytes: number | undefined;
}

/** Live feeds of 25 frames/s through the demo's model: more feeds, more subscribers, larger heatmaps. */
export async function scalingRow(context: RowContext): Promise<RowFindings> {
  const { folder, seconds, onStep } = context;
  const file = await testClip(folder, CLIP);
  const steps = await withService(DEMO_MODEL, folder, async (service) => {
    const done: Step[] = [];
    const measure = async (
      feeds: number,
      subscribers: number,
      heatmaps: keyof typeof ENCODINGS,
    ): Promise<void> => {
      onStep(`scaling: feeds ${feeds}, subscribers ${subscribers}, heatmaps ${heatmaps}`);
      done.push(await measureStep(service, { file, feeds, subscribers, heatmaps, seconds: seconds / 2 }));
    };
    for (const feeds of FEEDS) await measure(feeds, feeds, 'native');
    for (const heatmaps of ['native', 'full'] as const)
      for (const subscribers of SUBSCRIBERS[heatmaps]) await measure(1, subscribers, heatmaps);
    return done;
  });
  const flatOut = await withService(DEMO_MODEL, folder, (service) => measureFlatOut(service, file, context));
  const figures = [...figuresOf(steps), ...flatOut];
  return { how: HOW, figures, table: tableOf(steps), charts: chartsOf(steps), data: steps };
}

const HOW =
  "Live feeds of 854 x 480 at 25 frames/s through the demo's model; each subscriber on a connection of its own, EVERY_FRAME, boxes and heatmaps " +
  '(native: float32 on the grid of the model; full: 8 bits at 480 x 384). The subscribers share the cores with the service and do nothing with ' +
  'what they receive';

interface StepOptions {
  readonly file: string;
  readonly feeds: number;
  readonly subscribers: number;
  readonly heatmaps: keyof typeof ENCODINGS;
  readonly seconds: number;
}

async function measureStep(
  { client, process: { pid, address } }: ServiceUnderTest,
  { file, feeds, subscribers, heatmaps, seconds }: StepOptions,
): Promise<Step> {
  const ids = Array.from({ length: feeds }, (_, index) => `scaling-${index + 1}`);
  for (const feedId of ids) await createLoopedFeed(client, { feedId, file, pacing: 'live' });
  const outputs = { boxes: true, heatmaps: { encoding: ENCODINGS[heatmaps], classIds: [] } };
  const feedIds = Array.from({ length: subscribers }, (_, index) => ids[index % feeds]!);
  const followers = await startFollowers({ address, feedIds, outputs });
  let window: Window;
  let memory: number | undefined;
  try {
    await delay(WARM_UP_MS);
    window = await measureWindow(followers, pid, seconds);
    memory = await familyRssBytes(pid);
  } finally {
    await followers.stop();
  }
  const counters = (await Promise.all(ids.map((id) => deleteFeed(client, id)))).map((feed) => feed.counters!);
  const sum = (of: (one: (typeof counters)[number]) => bigint | number): number =>
    counters.reduce((total, one) => total + Number(of(one)), 0);
  return {
    feeds,
    subscribers,
    heatmaps,
    analyzedPerSecond: sum(({ analyzedRate }) => analyzedRate),
    droppedShare: sum(({ framesDropped }) => framesDropped) / sum(({ framesDecoded }) => framesDecoded),
    messagesPerSecond: window.messages / window.seconds,
    megabytesPerSecond: window.bytes / window.seconds / 1e6,
    serviceCpu: window.cpu?.service,
    ffmpegCpu: window.cpu?.ffmpeg,
    subscribersCpu: window.cpuSeconds / window.seconds,
    memoryMegabytes: memory === undefined ? undefined : memory / 2 ** 20,
  };
}

const ROUNDS = 3;
const MANY = 100;

/** A feed as fast as it goes, with 1 and with 100 subscribers in turns: at the limit of the machine everything costs. */
async function measureFlatOut(
  { client, process: { pid, address } }: ServiceUnderTest,
  file: string,
  { seconds, onStep }: RowContext,
): Promise<Figure[]> {
  await createLoopedFeed(client, { feedId: 'flat-out', file, pacing: 'every-frame' });
  const rates = { one: [] as number[], many: [] as number[] };
  for (let round = 1; round <= ROUNDS; round++) {
    onStep(`scaling: flat out, round ${round} of ${ROUNDS}`);
    for (const [side, count] of [
      ['one', 1],
      ['many', MANY],
    ] as const) {
      const outputs = { boxes: true, heatmaps: { encoding: ENCODINGS.native, classIds: [] } };
      const feedIds = Array.from({ length: count }, () => 'flat-out');
      const followers = await startFollowers({ address, feedIds, outputs });
      try {
        const window = await measureWindow(followers, pid, seconds / ROUNDS);
        rates[side].push(window.messages / window.seconds / count);
      } finally {
        await followers.stop();
      }
    }
  }
  await deleteFeed(client, 'flat-out');
  const ratios = rates.many.map((rate, index) => rate / rates.one[index]!);
  return [
    figureOf('flat out, 1 subscriber', rates.one, 'frames/s'),
    figureOf('flat out, 100 subscribers, what each received', rates.many, 'frames/s'),
    figureOf('flat out, 100 subscribers / 1, their own work on the same cores included', ratios, 'x'),
  ];
}

function figuresOf(steps: readonly Step[]): Figure[] {
  const find = (feeds: number, subscribers: number, heatmaps: string): Step =>
    steps.find(
      (step) => step.feeds === feeds && step.subscribers === subscribers && step.heatmaps === heatmaps,
    )!;
  const [one, hundred] = [find(1, 1, 'native'), find(1, 100, 'native')];
  const cost = 100 * (1 - hundred.analyzedPerSecond / one.analyzedPerSecond);
  const perSubscriber =
    one.serviceCpu === undefined || hundred.serviceCpu === undefined
      ? []
      : [
          {
            name: 'processor time of the service a subscriber and second',
            value: (1000 * (hundred.serviceCpu - one.serviceCpu)) / 99,
            unit: 'ms',
          },
        ];
  return [
    { name: 'what 100 subscribers cost a feed of its rate', value: cost, unit: '%', goal: 'scaling.cost' },
    ...perSubscriber,
  ];
}

function tableOf(steps: readonly Step[]): Table {
  return {
    columns: [
      ...['feeds', 'subscribers', 'heatmaps', 'analysed/s', 'dropped', 'messages/s', 'MB/s'],
      ...['processors: service', 'ffmpeg', 'subscribers', 'memory, MB'],
    ],
    rows: steps.map((step) => [
      ...[step.feeds, step.subscribers, step.heatmaps, step.analyzedPerSecond],
      `${(100 * step.droppedShare).toFixed(0)} %`,
      ...[step.messagesPerSecond, step.megabytesPerSecond, step.serviceCpu ?? '', step.ffmpegCpu ?? ''],
      ...[step.subscribersCpu, step.memoryMegabytes ?? ''],
    ]),
  };
}

function chartsOf(steps: readonly Step[]): Chart[] {
  const byFeeds = steps.slice(0, FEEDS.length);
  const bySubscribers = (heatmaps: string): Step[] =>
    steps.slice(FEEDS.length).filter((step) => step.heatmaps === heatmaps);
  const messages = ({ subscribers, messagesPerSecond }: Step) => [subscribers, messagesPerSecond] as const;
  return [
    {
      name: 'scaling-feeds',
      title: 'Frames analysed per second, live feeds of 25 frames/s',
      xLabel: 'feeds',
      yLabel: 'frames/s',
      series: [
        { name: 'analysed', points: byFeeds.map((step) => [step.feeds, step.analyzedPerSecond] as const) },
        { name: 'offered', points: byFeeds.map((step) => [step.feeds, 25 * step.feeds] as const) },
      ],
    },
    {
      name: 'scaling-subscribers',
      title: 'Analyses delivered per second, one feed of 25 frames/s',
      xLabel: 'subscribers',
      yLabel: 'messages/s',
      series: [
        { name: 'native heatmaps', points: bySubscribers('native').map(messages) },
        { name: 'full heatmaps', points: bySubscribers('full').map(messages) },
      ],
    },
  ];
}
