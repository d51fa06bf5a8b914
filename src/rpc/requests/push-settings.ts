import { randomUUID } from 'node:crypto';
import { SurgicamError } from '../../domain/errors.js';
import type { FeedSettings, PushedVideo } from '../../domain/feed.js';
import type { AnalyzeStreamConfiguration } from '../gen/surgicam/v1/analysis_service.js';
import { Pacing, type PushSource } from '../gen/surgicam/v1/feed.js';
import { PUSH_FORMATS, UNTIMED_FORMATS } from '../messages/push-source.js';
import { ACCELERATIONS, checkFeedId, PACINGS } from './feed-settings.js';
import { checkEnum } from './field-checks.js';

export interface PushedFeedSettings extends FeedSettings {
  readonly source: FeedSettings['source'] & { readonly push: PushedVideo };
}

const MAX_SIDE = 8192;
const DEFAULT_RATE = 25;

/** The feed of an AnalyzeStream call; without a name of the client's it gets one that nobody knows. */
export function toPushedFeed(message: AnalyzeStreamConfiguration, modelName: string): PushedFeedSettings {
  if (message.feedId !== '') checkFeedId('configure.feed_id', message.feedId);
  const push = toPushedVideo('configure.source', message.source);
  const pacing = message.pacing === Pacing.UNSPECIFIED ? Pacing.EVERY_FRAME : message.pacing;
  return {
    id: message.feedId === '' ? `push-${randomUUID()}` : message.feedId,
    source: { uri: `push:${push.format}`, ownSpeed: false, loop: false, push },
    modelName,
    pacing: checkEnum('configure.pacing', pacing, PACINGS),
    hardwareAcceleration: checkEnum(
      'configure.hardware_acceleration',
      message.hardwareAcceleration,
      ACCELERATIONS,
    ),
  };
}

function toPushedVideo(path: string, message: PushSource | undefined): PushedVideo {
  if (message === undefined) throw SurgicamError.invalidField(path, undefined, 'format');
  const format = checkEnum(`${path}.format`, message.format, PUSH_FORMATS);
  const { width, height, frameRate } = message;
  for (const [field, value] of [
    ['width', width],
    ['height', height],
  ] as const) {
    const isRight = format === 'rgb24' ? value >= 1 && value <= MAX_SIDE : value === 0;
    const allowed = format === 'rgb24' ? `1 to ${MAX_SIDE} pixels` : 'nothing: only raw frames need it';
    if (!isRight) throw SurgicamError.invalidField(`${path}.${field}`, value, allowed);
  }
  if (frameRate !== undefined && !UNTIMED_FORMATS.includes(format)) {
    throw SurgicamError.invalidField(`${path}.frame_rate`, frameRate, 'nothing: the container has times');
  }
  if (frameRate !== undefined && !(frameRate >= 0.1 && frameRate <= 1000)) {
    throw SurgicamError.invalidField(`${path}.frame_rate`, frameRate, '0.1 to 1000 frames per second');
  }
  return { format, width, height, frameRate: frameRate ?? DEFAULT_RATE };
}
