import type { ClassScore, Detection, FrameAnalysis } from '../../rpc/gen/surgicam/v1/analysis.js';
import type { RateMeter } from './rate-meter.js';

/** One analysis as a line: where, what is present with its best box, how fast, how old. */
export function analysisLine(analysis: FrameAnalysis, meter: RateMeter): string {
  const speed = `${meter.rate.toFixed(1).padStart(5)} frames/s`;
  const latency = `${meter.percentile(0.5).toFixed(0).padStart(4)} ms`;
  return `${clock(analysis.mediaTimeUs)} #${analysis.sequence.toString().padEnd(6)} ${speed} ${latency}  ${presence(analysis)}`;
}

/** The present classes with probability and boxes, or that there are none. */
export function presence({ classScores, detections }: FrameAnalysis): string {
  const present = classScores.filter((score) => score.present);
  if (present.length === 0) return 'nothing present';
  return present.map((score) => withBoxes(score, detections)).join(', ');
}

/** The box with the highest confidence stands for all of the class; the others are counted. */
function withBoxes(
  { classId, className, probability }: ClassScore,
  detections: readonly Detection[],
): string {
  const score = `${className} ${probability.toFixed(2)}`;
  const [best, ...others] = detections
    .filter((detection) => detection.classId === classId)
    .sort((a, b) => b.confidence - a.confidence);
  if (best === undefined) return score;
  return `${score} ${boxText(best)}${others.length === 0 ? '' : ` +${others.length}`}`;
}

/** Corners in model-input pixels, half open. */
export function boxText({ inputBox }: Detection): string {
  if (inputBox === undefined) return '';
  return `[${inputBox.x1},${inputBox.y1} ${inputBox.x2},${inputBox.y2}]`;
}

/** Microseconds as minutes and seconds, for example `01:05.250`. */
export function clock(mediaTimeUs: bigint): string {
  const milliseconds = Number(mediaTimeUs / 1000n);
  const minutes = Math.floor(milliseconds / 60_000);
  const seconds = (milliseconds % 60_000) / 1000;
  return `${minutes.toString().padStart(2, '0')}:${seconds.toFixed(3).padStart(6, '0')}`;
}
