import type { FrameAnalysis } from '../../rpc/gen/surgicam/v1/analysis.js';
import { boxText, clock } from './analysis-line.js';
import type { RateMeter } from './rate-meter.js';

/** What the table shows beside the newest analysis. */
export interface TableFacts {
  readonly feedId: string;
  readonly state: string;
  readonly skipped: number;
  readonly meter: RateMeter;
  /** What another subscriber said last. If absent, nobody has said anything. */
  readonly annotation?: string | undefined;
}

const BAR_WIDTH = 20;

/** The newest analysis as lines of text, a line a class: pure, so that a test can read it. */
export function tableLines(analysis: FrameAnalysis | undefined, facts: TableFacts): string[] {
  const { feedId, state, skipped, meter, annotation } = facts;
  if (analysis === undefined) return [`${feedId}: ${state}`];
  const nameWidth = Math.max(...analysis.classScores.map(({ className }) => className.length));
  const rows = analysis.classScores.map(({ classId, className, probability, present }) => {
    const boxes = analysis.detections.filter((detection) => detection.classId === classId);
    const shown = boxes.map((box) => `${boxText(box)} ${box.confidence.toFixed(2)}`).join('  ');
    const bar = '#'.repeat(Math.round(probability * BAR_WIDTH)).padEnd(BAR_WIDTH, '.');
    return `${present ? '>' : ' '} ${className.padEnd(nameWidth)} ${probability.toFixed(3)} ${bar} ${shown}`.trimEnd();
  });
  const dropped = analysis.framesDropped.reduce((sum, { count }) => sum + Number(count), 0);
  return [
    `${feedId}: ${state}   ${analysis.model?.name ?? ''} ${analysis.model?.version ?? ''}   ${clock(analysis.mediaTimeUs)} frame ${analysis.sequence}`,
    `${meter.rate.toFixed(1)} frames/s   age p50 ${meter.percentile(0.5).toFixed(0)} ms, p95 ${meter.percentile(0.95).toFixed(0)} ms   ` +
      `dropped before this frame ${dropped}   skipped ${skipped}`,
    '',
    ...rows,
    ...(annotation === undefined ? [] : ['', annotation]),
  ];
}

const REDRAW_EVERY_MS = 100;
const FALLBACK_COLUMNS = 120;

/** Draws lines over those drawn before, at most ten times a second: a terminal is slower than a feed. */
export class LiveTable {
  private drawn = 0;
  private lastMs = -Infinity;

  constructor(private readonly terminal: NodeJS.WriteStream) {}

  draw(lines: () => readonly string[], nowMs: number): void {
    if (nowMs - this.lastMs < REDRAW_EVERY_MS) return;
    this.lastMs = nowMs;
    // Some terminals say that they have no columns.
    const width = this.terminal.columns > 1 ? this.terminal.columns : FALLBACK_COLUMNS;
    const fitting = lines().map((line) => line.slice(0, width - 1));
    const up = this.drawn === 0 ? '' : `\x1b[${this.drawn}A`;
    this.terminal.write(`${up}\x1b[0J${fitting.join('\n')}\n`);
    this.drawn = fitting.length;
  }
}
