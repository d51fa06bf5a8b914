import type {
  FeedSettings as DomainSettings,
  FeedSnapshot,
  FeedSource as DomainSource,
  FeedState as DomainState,
  HardwareAcceleration as DomainAcceleration,
  Pacing as DomainPacing,
} from '../../domain/feed.js';
import { publicText, publicSource } from '../errors/public-text.js';
import { toFrameDrops } from './frame-drops.js';
import { publicLog } from '../errors/public-log.js';
import { pushSource } from './push-source.js';
import { phantomSource } from './phantom-source.js';
import {
  FeedState,
  HardwareAcceleration,
  Pacing,
  type Feed,
  type FeedSettings,
  type FeedSource,
  type FeedStatus,
} from '../gen/surgicam/v1/feed.js';

/** A feed in a list of many, without the logs of those that failed. */
export function toListedFeed(snapshot: FeedSnapshot): Feed {
  const feed = toFeedMessage(snapshot);
  return feed.status === undefined ? feed : { ...feed, status: { ...feed.status, sourceLog: [] } };
}

export function toFeedMessage(snapshot: FeedSnapshot): Feed {
  const { counters } = snapshot;
  return {
    settings: toSettings(snapshot.settings),
    status: toFeedStatus(snapshot.state),
    counters: {
      framesDecoded: BigInt(counters.framesDecoded),
      framesAnalyzed: BigInt(counters.framesAnalyzed),
      framesDropped: BigInt(counters.framesDropped),
      inputRate: counters.inputRate,
      analyzedRate: counters.analyzedRate,
      latencyP50Ms: counters.latencyP50Ms,
      latencyP95Ms: counters.latencyP95Ms,
      latencyP99Ms: counters.latencyP99Ms,
      dropsByReason: toFrameDrops(counters.dropsByReason),
    },
    frameWidth: snapshot.frameWidth,
    frameHeight: snapshot.frameHeight,
    createTime: new Date(snapshot.createdAtMs),
  };
}

const PACINGS: Record<DomainPacing, Pacing> = { live: Pacing.LIVE, every_frame: Pacing.EVERY_FRAME };

const ACCELERATIONS: Record<DomainAcceleration, HardwareAcceleration> = {
  auto: HardwareAcceleration.AUTO,
  cuda: HardwareAcceleration.CUDA,
  none: HardwareAcceleration.NONE,
};

function toSettings(settings: DomainSettings): FeedSettings {
  return {
    feedId: settings.id,
    source: toSource(settings.source),
    modelName: settings.modelName,
    pacing: PACINGS[settings.pacing],
    hardwareAcceleration: ACCELERATIONS[settings.hardwareAcceleration],
  };
}

function toSource({ uri, ownSpeed, loop, push }: DomainSource): FeedSource {
  if (push !== undefined) return { source: { $case: 'push', value: pushSource(push) } };
  if (/^phantom:/i.test(uri)) {
    return { source: { $case: 'phantom', value: phantomSource(uri, loop) } };
  }
  return { source: { $case: 'uri', value: { uri: publicSource(uri), ownSpeed, loop } } };
}

const STATES: Record<DomainState['kind'], FeedState> = {
  starting: FeedState.STARTING,
  live: FeedState.LIVE,
  stalled: FeedState.STALLED,
  reconnecting: FeedState.RECONNECTING,
  ended: FeedState.ENDED,
  failed: FeedState.FAILED,
};

export function toFeedStatus(state: DomainState): FeedStatus {
  const frozenSinceMs = state.kind === 'live' ? state.frozenSinceMs : undefined;
  return {
    state: STATES[state.kind],
    since: new Date(state.sinceMs),
    reason: 'reason' in state ? publicText(state.reason) : '',
    reconnection:
      state.kind === 'reconnecting'
        ? { attempt: state.attempt, nextTryTime: new Date(state.nextTryAtMs) }
        : undefined,
    frozenSince: frozenSinceMs === undefined ? undefined : new Date(frozenSinceMs),
    sourceLog: state.kind === 'failed' ? publicLog(state.sourceLog ?? []) : [],
  };
}
