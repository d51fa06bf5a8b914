import type { SoakReport } from './run-soak.js';

/** A soak as a person reads it. */
export function soakLines(report: SoakReport): string[] {
  const { feeds, fps, subscribers, seconds, addedLatencyMs: added, memory } = report;
  const share = report.framesDecoded === 0 ? 0 : (100 * report.framesDropped) / report.framesDecoded;
  return [
    `${feeds} live feeds at ${fps} frames/s, ${subscribers} subscribers who want every frame, ${seconds} s`,
    `frames       ${report.framesDecoded} decoded, ${report.framesAnalyzed} analysed, ${report.framesDropped} dropped (${share.toFixed(2)} %)`,
    `delivered    ${report.delivered} analyses, ${report.lost} lost (${report.inGaps} of them told as gaps)`,
    `added ms     p50 ${added.p50.toFixed(1)}, p95 ${added.p95.toFixed(1)}, p99 ${added.p99.toFixed(1)}, worst ${added.max.toFixed(1)}`,
    memory === null
      ? 'memory       cannot be seen here'
      : `memory       peak ${memory.peakMegabytes.toFixed(0)} MB with ffmpeg, ${signed(memory.growthMegabytesPerMinute)} MB/min after ${memory.settledAfterSeconds} s`,
  ];
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : ''}${value.toFixed(2)}`;
}
