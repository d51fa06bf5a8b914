import { Client, credentials, type ClientDuplexStream } from '@grpc/grpc-js';
import {
  AnalysisServiceService,
  Delivery,
  SubscribeRequest,
  SubscribeResponse,
} from '../../../rpc/gen/surgicam/v1/analysis_service.js';
import type { FrameAnalysis } from '../../../rpc/gen/surgicam/v1/analysis.js';
import { subscriptionTo } from '../../client/follow-feed.js';
import type { ArrivedFrame, FollowRequest, FromFollower, ToFollower } from './follower-messages.js';

/** Entry of the process: subscribers who take what comes and count it. Spoken to over the channel of `fork`. */
const MAX_RECEIVE_BYTES = 64 * 2 ** 20;
/** First byte of a SubscribeResponse that is a FrameAnalysis: field 2, length-delimited. */
const FRAME_ANALYSIS_TAG = 0x12;
const METHOD = AnalysisServiceService.subscribe;

const counts = { messages: 0, bytes: 0, beganMs: 0, cpu: process.cpuUsage(), frames: [] as ArrivedFrame[] };

function tell(message: FromFollower): void {
  process.send?.(message);
}

process.on('message', (message: ToFollower) => {
  if (message.kind === 'follow') {
    void follow(message.request).then(
      () => tell({ kind: 'following' }),
      (error: unknown) => tell({ kind: 'failed', reason: String(error) }),
    );
  } else if (message.kind === 'begin') {
    Object.assign(counts, { messages: 0, bytes: 0, beganMs: performance.now(), frames: [] });
    counts.cpu = process.cpuUsage();
    tell({ kind: 'begun' });
  } else {
    const { user, system } = process.cpuUsage(counts.cpu);
    const seconds = (performance.now() - counts.beganMs) / 1000;
    const { messages, bytes, frames } = counts;
    tell({ kind: 'ended', counts: { seconds, messages, bytes, frames, cpuSeconds: (user + system) / 1e6 } });
  }
});
process.on('disconnect', () => process.exit(0));

async function follow({ address, feedIds, outputs, detailed = false }: FollowRequest): Promise<void> {
  await Promise.all(
    feedIds.map(async (feedId) => {
      const call = open(address, detailed);
      const { $case, value } = {
        $case: 'configure' as const,
        value: subscriptionTo(feedId, {
          delivery: Delivery.EVERY_FRAME,
          ...(outputs && { outputs: { ...NOTHING, ...outputs } }),
        }),
      };
      call.write({ request: { $case, value } });
      await new Promise<void>((resolve, reject) => {
        call.on('error', (error: Error) => {
          reject(error);
          tell({ kind: 'failed', reason: error.message });
        });
        call.on('data', (response: Buffer | SubscribeResponse) => {
          if (count(response)) resolve();
        });
      });
    }),
  );
}

const NOTHING = {
  boxes: false,
  outlines: false,
  heatmaps: undefined,
  regionFeatures: undefined,
  preview: undefined,
  explanation: undefined,
};

function open(
  address: string,
  detailed: boolean,
): ClientDuplexStream<SubscribeRequest, Buffer | SubscribeResponse> {
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.max_receive_message_length': MAX_RECEIVE_BYTES,
    'grpc.use_local_subchannel_pool': 1,
  });
  return client.makeBidiStreamRequest(
    METHOD.path,
    (request: SubscribeRequest) => Buffer.from(SubscribeRequest.encode(request).finish()),
    (bytes: Buffer) => (detailed ? SubscribeResponse.decode(bytes) : bytes),
  );
}

/** Whether it was an analysis. */
function count(response: Buffer | SubscribeResponse): boolean {
  if (Buffer.isBuffer(response)) {
    if (response[0] !== FRAME_ANALYSIS_TAG) return false;
    counts.bytes += response.length;
  } else {
    if (response.response?.$case !== 'frameAnalysis') return false;
    counts.frames.push(arrived(response.response.value));
  }
  counts.messages++;
  return true;
}

function arrived({ sequence, captureTime, timing, batchSize, framesDropped }: FrameAnalysis): ArrivedFrame {
  const atMs = performance.now();
  return {
    atMs,
    sequence: Number(sequence),
    ageMs: performance.timeOrigin + atMs - (captureTime?.getTime() ?? 0),
    decodeMs: (timing?.decodeUs ?? 0) / 1000,
    queueMs: (timing?.queueUs ?? 0) / 1000,
    inferenceMs: (timing?.inferenceUs ?? 0) / 1000,
    explanationMs: (timing?.explanationUs ?? 0) / 1000,
    publishMs: (timing?.publishUs ?? 0) / 1000,
    batchSize,
    dropped: framesDropped.reduce((sum, { count: some }) => sum + Number(some), 0),
  };
}
