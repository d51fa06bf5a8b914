import type { FairnessReport } from './run-fairness.js';

const HEAD = ['feed', 'decoded', 'analysed', 'dropped', 'share', 'fair', 'analysed / fair'];

/** A run of the bench as a person reads it. */
export function fairnessLines({ feeds, seconds, capacity, demand, jain }: FairnessReport): string[] {
  const rows = feeds.map(({ fps, width, height, decoded, analyzed, dropped, fairShare, ratio }) => [
    `${fps} frames/s ${width} x ${height}`,
    `${decoded}`,
    `${analyzed}`,
    `${dropped}`,
    `${decoded === 0 ? '-' : ((100 * analyzed) / decoded).toFixed(1)} %`,
    fairShare.toFixed(1),
    ratio.toFixed(3),
  ]);
  const widths = HEAD.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return [
    `${feeds.length} live feeds for ${seconds.toFixed(1)} s: ${demand.toFixed(1)} frames/s decoded, ${capacity.toFixed(1)} analysed`,
    line(HEAD),
    ...rows.map(line),
    `Jain's index of analysed / fair: ${jain.toFixed(4)} (1: everybody has the max-min fair share)`,
  ];
}
