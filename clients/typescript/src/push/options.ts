import { AnalyzeStreamConfiguration } from '../../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { Pacing, PushFormat } from '../../../../src/rpc/gen/surgicam/v1/feed.js';
import { outputsOf, thresholdsOf, type AnalysisWish } from '../analysis-options.js';
import { chosen } from '../chosen.js';
import type { SubscriptionEvent } from '../subscription/events.js';

const FORMATS = {
  'mpeg-ts': PushFormat.MPEG_TS,
  mp4: PushFormat.MP4,
  matroska: PushFormat.MATROSKA,
  h264: PushFormat.H264,
  h265: PushFormat.H265,
  pictures: PushFormat.PICTURES,
  rgb24: PushFormat.RGB24,
} as const;

const PACINGS = { live: Pacing.LIVE, 'every-frame': Pacing.EVERY_FRAME } as const;

export type PushFormatName = keyof typeof FORMATS;

/** What is sent. */
export interface PushOptions extends AnalysisWish {
  /** `mp4` is fragmented MP4; `h264` and `h265` have start codes (Annex B); `pictures`: each chunk one JPEG or PNG. */
  readonly format: PushFormatName;
  /** `rgb24` only, where it is required: pixels. */
  readonly width?: number;
  /** `rgb24` only, where it is required: pixels. */
  readonly height?: number;
  /** Frames per second of `h264`, `h265`, `pictures` and `rgb24`, 0.1 to 1000. 25 if absent. */
  readonly frameRate?: number;
  /** Name under which others may subscribe meanwhile. If absent, nobody else sees the video. */
  readonly feedId?: string;
  /** The server's default model if absent. */
  readonly modelName?: string;
  /** `every-frame`, if absent: the video waits for its analyses. `live`: the newest frame wins. */
  readonly pacing?: keyof typeof PACINGS;
  /** Silence after which the server counts as lost, milliseconds. 5000 if absent. */
  readonly heartbeatTimeoutMs?: number;
  /** How long the first answer may take, milliseconds. 120000 if absent: the first load of a model may take a while. */
  readonly connectTimeoutMs?: number;
  /** Drops what is in flight and ends the iteration quietly. */
  readonly signal?: AbortSignal | undefined;
  /** What a plain `for await` over analyses does not show: gaps, states, what was skipped. */
  readonly onEvent?: (event: SubscriptionEvent) => void;
}

/** The contract's message. Error: InvalidArgumentError. */
export function pushConfigurationOf(options: PushOptions): AnalyzeStreamConfiguration {
  const { format, width = 0, height = 0, frameRate, feedId = '', modelName = '' } = options;
  const { pacing = 'every-frame' } = options;
  const source = { format: chosen('format', format, FORMATS), width, height };
  return {
    ...AnalyzeStreamConfiguration.fromPartial({
      feedId,
      source: frameRate === undefined ? source : { ...source, frameRate },
      modelName,
      pacing: chosen('pacing', pacing, PACINGS),
    }),
    outputs: outputsOf(options),
    thresholds: thresholdsOf(options),
  };
}
