import {
  FeedState,
  feedStateToJSON,
  Pacing,
  type Feed,
  type FeedSource,
  type FeedStatus,
} from '../../rpc/gen/surgicam/v1/feed.js';
import { phantomUri } from '../../rpc/messages/phantom-source.js';

const HEADINGS = [
  'FEED',
  'STATE',
  'MODEL',
  'PACING',
  'DECODED',
  'ANALYSED',
  'DROPPED',
  'FRAMES/S',
  'P95 MS',
  'SOURCE',
];

/** Feeds as an aligned table with a heading. */
export function feedTable(feeds: readonly Feed[]): string[] {
  const rows = [HEADINGS, ...feeds.map(feedCells)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function feedCells({ settings, status, counters }: Feed): string[] {
  return [
    settings?.feedId ?? '',
    stateText(status),
    settings?.modelName ?? '',
    settings?.pacing === Pacing.EVERY_FRAME ? 'every-frame' : 'live',
    `${counters?.framesDecoded ?? 0}`,
    `${counters?.framesAnalyzed ?? 0}`,
    `${counters?.framesDropped ?? 0}`,
    (counters?.analyzedRate ?? 0).toFixed(1),
    (counters?.latencyP95Ms ?? 0).toFixed(0),
    sourceText(settings?.source),
  ];
}

/** One feed in a sentence. */
export function feedLine({ settings, status }: Feed): string {
  return `${settings?.feedId ?? ''} ${stateText(status)}: ${sourceText(settings?.source)} through ${settings?.modelName ?? ''}`;
}

/** The state in lower case, with its reason where it has one. */
export function stateText(status: FeedStatus | undefined): string {
  const name = feedStateToJSON(status?.state ?? FeedState.UNSPECIFIED)
    .replace('FEED_STATE_', '')
    .toLowerCase();
  const attempt = status?.reconnection === undefined ? '' : ` (attempt ${status.reconnection.attempt})`;
  const reason = status === undefined || status.reason === '' ? '' : `: ${status.reason}`;
  const frozen = status?.frozenSince === undefined ? '' : ', frozen';
  return `${name}${frozen}${attempt}${reason}`;
}

function sourceText(source: FeedSource | undefined): string {
  switch (source?.source?.$case) {
    case 'uri':
      return source.source.value.uri;
    case 'phantom':
      return phantomUri(source.source.value);
    default:
      return '';
  }
}
