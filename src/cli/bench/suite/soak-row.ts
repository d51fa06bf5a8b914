import { runSoak } from '../soak/run-soak.js';
import type { RowContext, RowFindings } from './row.js';

const LOAD = { feeds: 8, fps: 25, subscribers: 50 } as const;

/** `surgicam bench soak` at its defaults. */
export async function soakRow({ folder, soakMinutes, onStep }: RowContext): Promise<RowFindings> {
  const report = await runSoak({
    ...LOAD,
    minutes: soakMinutes,
    folder,
    onStep: (step) => onStep(`soak: ${step}`),
  });
  const { addedLatencyMs: added, memory } = report;
  return {
    how:
      `${LOAD.feeds} live feeds at ${LOAD.fps} frames/s through a model that does as good as nothing, ${LOAD.subscribers} subscribers with EVERY_FRAME, ` +
      `${soakMinutes} min. Added: from the decoder to the subscriber less the run of the model; the subscribers share the cores`,
    figures: [
      { name: 'frames decoded', value: report.framesDecoded, unit: '' },
      { name: 'frames analysed', value: report.framesAnalyzed, unit: '' },
      { name: 'frames dropped, told to the subscribers', value: report.framesDropped, unit: '' },
      { name: 'analyses delivered', value: report.delivered, unit: '' },
      { name: 'analyses lost', value: report.lost, unit: '', goal: 'soak.lost' },
      { name: 'added p50', value: added.p50, unit: 'ms' },
      { name: 'added p95', value: added.p95, unit: 'ms' },
      { name: 'added p99', value: added.p99, unit: 'ms' },
      ...(memory === null
        ? []
        : [
            { name: 'memory with ffmpeg, highest', value: memory.peakMegabytes, unit: 'MB' },
            {
              name: `memory, slope behind the first ${memory.settledAfterSeconds} s`,
              value: memory.growthMegabytesPerMinute,
              unit: 'MB/min',
            },
          ]),
    ],
    data: report,
  };
}
