import { runFairness } from '../fairness/run-fairness.js';
import { DEMO_MODEL } from './materials.js';
import type { RowContext, RowFindings } from './row.js';

/** Two that ask for more than there is on a small machine, and two that ask for little. */
const FEEDS = [
  { fps: 60, width: 854, height: 480 },
  { fps: 40, width: 640, height: 360 },
  { fps: 10, width: 320, height: 240 },
  { fps: 2, width: 320, height: 240 },
] as const;

/** Live feeds of different rates and sizes: what each gets, against its max-min fair share. */
export async function fairnessRow({ folder, seconds, onStep }: RowContext): Promise<RowFindings> {
  const report = await runFairness({
    feeds: FEEDS,
    seconds,
    model: DEMO_MODEL,
    folder,
    serveFlags: ['--providers', 'cpu'],
    onStep: (step) => onStep(`fairness: ${step}`),
  });
  return {
    how: `Four live feeds through the demo's model, ${seconds} s; the fair shares are those of water-filling over all frames that were analysed`,
    figures: [
      { name: 'frames decoded', value: report.demand, unit: 'frames/s' },
      { name: 'frames analysed', value: report.capacity, unit: 'frames/s' },
      { name: "Jain's index of analysed / fair", value: report.jain, unit: '', goal: 'fairness.jain' },
    ],
    table: {
      columns: ['feed', 'decoded', 'analysed', 'dropped', 'fair', 'analysed / fair'],
      rows: report.feeds.map(({ fps, width, height, decoded, analyzed, dropped, fairShare, ratio }) => [
        `${fps} frames/s ${width} x ${height}`,
        ...[decoded, analyzed, dropped, fairShare, ratio],
      ]),
    },
    data: report,
  };
}
