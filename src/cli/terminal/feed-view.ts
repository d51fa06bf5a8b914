import type { FrameAnalysis } from '../../rpc/gen/surgicam/v1/analysis.js';
import {
  gapReasonToJSON,
  type Gap,
  type SubscribeResponse,
} from '../../rpc/gen/surgicam/v1/analysis_service.js';
import { annotationText } from './annotation-text.js';
import { stateText } from './feed-table.js';
import { RateMeter } from './rate-meter.js';

/** What a follower of a feed knows after the responses so far. */
export class FeedView {
  readonly meter = new RateMeter();
  analysis: FrameAnalysis | undefined;
  state = 'connecting';
  /** Analyses that were made and not sent, since the subscription began. */
  skipped = 0;
  /** What another subscriber said last, as a sentence. */
  annotation: string | undefined;

  constructor(readonly feedId: string) {}

  accept({ response, skipped }: SubscribeResponse, nowMs: number): void {
    if (skipped !== undefined) {
      this.skipped += Number(skipped.slowReader + skipped.rateLimited + skipped.stale);
    }
    if (response?.$case === 'frameAnalysis') {
      this.analysis = response.value;
      this.meter.add(nowMs, Number(response.value.ageUs) / 1000);
    } else if (response?.$case === 'feedStateChange') {
      this.state = stateText(response.value.feed?.status);
    } else if (response?.$case === 'heartbeat') {
      this.state = stateText(response.value.status);
    } else if (response?.$case === 'annotation') {
      this.annotation = annotationText(response.value);
    }
  }
}

/** A response that is no analysis, as a sentence; undefined for what needs none. */
export function noteOf({ response }: SubscribeResponse): string | undefined {
  switch (response?.$case) {
    case 'feedStateChange':
      return `feed is ${stateText(response.value.feed?.status)}`;
    case 'gap':
      return gapText(response.value);
    case 'annotation':
      return annotationText(response.value);
    default:
      return undefined;
  }
}

function gapText({ fromSequence, toSequence, reason }: Gap): string {
  const why = gapReasonToJSON(reason).replace('GAP_REASON_', '').toLowerCase().replaceAll('_', ' ');
  return `frames ${fromSequence} to ${toSequence} are missing: ${why}`;
}
