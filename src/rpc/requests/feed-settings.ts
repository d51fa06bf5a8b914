import { SurgicamError } from '../../domain/errors.js';
import {
  FEED_ID_PATTERN,
  type FeedSettings,
  type FeedSource,
  type HardwareAcceleration as DomainAcceleration,
  type Pacing as DomainPacing,
} from '../../domain/feed.js';
import { parsePhantomUri } from '../../video/phantom/phantom-uri.js';
import { parseSourceUri } from '../../video/source-uri.js';
import {
  HardwareAcceleration,
  Pacing,
  PhantomPace,
  type FeedSettings as FeedSettingsMessage,
  type FeedSource as FeedSourceMessage,
} from '../gen/surgicam/v1/feed.js';
import { phantomUri } from '../messages/phantom-source.js';
import { checkEnum, checkText, underField } from './field-checks.js';
import { mediaPath } from './media-path.js';

export interface FeedDefaults {
  /** Model of a request that names none. */
  readonly modelName: string;
  /** Files that clients may have played lie below it. If absent, none may be played. */
  readonly mediaRoot?: string;
}

export const PACINGS: ReadonlyMap<Pacing, DomainPacing> = new Map<Pacing, DomainPacing>([
  [Pacing.UNSPECIFIED, 'live'],
  [Pacing.LIVE, 'live'],
  [Pacing.EVERY_FRAME, 'every_frame'],
]);

export const ACCELERATIONS: ReadonlyMap<HardwareAcceleration, DomainAcceleration> = new Map<
  HardwareAcceleration,
  DomainAcceleration
>([
  [HardwareAcceleration.UNSPECIFIED, 'auto'],
  [HardwareAcceleration.AUTO, 'auto'],
  [HardwareAcceleration.CUDA, 'cuda'],
  [HardwareAcceleration.NONE, 'none'],
]);

const PHANTOM_PACES = new Map(
  [PhantomPace.UNSPECIFIED, PhantomPace.REAL_TIME, PhantomPace.FAST].map((pace) => [pace, pace]),
);

/** The settings of CreateFeed, checked, with the defaults filled in. */
export async function toFeedSettings(
  message: FeedSettingsMessage | undefined,
  defaults: FeedDefaults,
): Promise<FeedSettings> {
  if (message === undefined) throw SurgicamError.invalidField('settings', undefined, 'feed_id and source');
  checkFeedId('settings.feed_id', message.feedId);
  return {
    id: message.feedId,
    source: await toSource('settings.source', message.source, defaults),
    modelName: message.modelName === '' ? defaults.modelName : message.modelName,
    pacing: checkEnum('settings.pacing', message.pacing, PACINGS),
    hardwareAcceleration: checkEnum(
      'settings.hardware_acceleration',
      message.hardwareAcceleration,
      ACCELERATIONS,
    ),
  };
}

export function checkFeedId(field: string, feedId: string): void {
  if (!FEED_ID_PATTERN.test(feedId)) {
    throw SurgicamError.invalidField(
      field,
      feedId,
      '1 to 63 lower-case letters, digits and hyphens, no hyphen first',
    );
  }
}

const MAX_URI_LENGTH = 2048;

async function toSource(
  path: string,
  message: FeedSourceMessage | undefined,
  { mediaRoot }: FeedDefaults,
): Promise<FeedSource> {
  const source = message?.source;
  switch (source?.$case) {
    case undefined:
      throw SurgicamError.invalidField(path, undefined, 'uri or phantom');
    case 'phantom': {
      checkEnum(`${path}.phantom.pace`, source.value.pace, PHANTOM_PACES);
      const uri = phantomUri(source.value);
      underField(phantomField(`${path}.phantom`), () => parsePhantomUri(uri)); // checks the ranges
      return { uri, ownSpeed: false, loop: source.value.loop };
    }
    case 'push':
      throw SurgicamError.invalidField(path, 'push', 'uri or phantom; video is pushed with AnalyzeStream');
    case 'uri': {
      const { uri, ownSpeed, loop } = source.value;
      checkText(`${path}.uri.uri`, uri, MAX_URI_LENGTH);
      const parsed = underField(
        () => `${path}.uri.uri`,
        () => parseSourceUri(uri),
      );
      const playable =
        parsed.kind === 'file' ? await mediaPath(`${path}.uri.uri`, parsed.path, mediaRoot) : uri;
      return { uri: playable, ownSpeed, loop };
    }
  }
}

/** The scene's own option names, as the contract calls them. */
const PHANTOM_FIELDS: Readonly<Record<string, string>> = {
  fps: '.frame_rate',
  size: '.width',
  frames: '.frame_count',
};

function phantomField(path: string): (option: string) => string {
  return (option) => path + (PHANTOM_FIELDS[option] ?? `.${option}`);
}
