import { flagLayer } from '../../config/flag-layer.js';
import type { Config } from '../../config/schema.js';

/** The processor, unless another provider is asked for: the graphs are run bare on the first one that is named. */
export const BENCH_DEFAULTS = flagLayer([
  { flag: 'bench', path: 'log.level', given: 'warn' },
  { flag: 'bench', path: 'inference.providers', given: 'cpu' },
]);

/** The configuration of this process's engine, for that of the service. */
export function engineFlags({ inference, video }: Config): string[] {
  const { providers, strict, workers, intraOpThreads, maxBatch, maxWaitMs } = inference;
  const { latencyTargetMs, pipelineDepth, devices } = inference;
  return [
    ...['--providers', providers.join(','), ...(strict ? ['--strict'] : [])],
    ...['--workers', `${workers}`, '--intra-op-threads', `${intraOpThreads}`],
    ...['--max-batch', `${maxBatch}`, '--max-wait-ms', `${maxWaitMs}`],
    ...['--latency-target-ms', `${latencyTargetMs}`, '--pipeline-depth', `${pipelineDepth}`],
    ...(devices.length === 0 ? [] : ['--devices', devices.join(',')]),
    ...(video.ffmpegFile === null ? [] : ['--ffmpeg', video.ffmpegFile]),
  ];
}
