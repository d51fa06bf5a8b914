import { FeatureVariant, HeatmapEncoding } from '../../../rpc/gen/surgicam/v1/analysis.js';
import { FeaturePooling, type AnalysisOutputs } from '../../../rpc/gen/surgicam/v1/analysis_options.js';
import { connect, type ServiceClient } from '../../client/service-client.js';
import { childrenCpuSeconds, processStats } from '../process-stats.js';
import { startServiceProcess, type ServiceProcess } from '../service-process.js';

/** What a downstream captioning model asks for. */
export const CAPTIONING_OUTPUTS: Partial<AnalysisOutputs> = {
  boxes: true,
  heatmaps: { encoding: HeatmapEncoding.NATIVE_F32, classIds: [] },
  regionFeatures: { variant: FeatureVariant.SL_FE, pooling: FeaturePooling.P512_1X1, float16: false },
};

export interface ServiceUnderTest {
  readonly process: ServiceProcess;
  readonly client: ServiceClient;
}

/** Starts the service with one model, uses it, and ends it. `media` is the folder of its clips. */
export async function withService<T>(
  model: string,
  media: string,
  use: (service: ServiceUnderTest) => Promise<T>,
  flags: readonly string[] = [],
): Promise<T> {
  const service = await startServiceProcess([
    ...['--models', model, '--media-root', media, '--providers', 'cpu'],
    ...['--server-max-subscriptions', '1000', '--server-max-subscriptions-per-feed', '1000'],
    ...flags,
  ]);
  const client = await connect({ address: service.address }, { ownConnection: true });
  try {
    return await use({ process: service, client });
  } finally {
    client.close();
    await service.stop();
  }
}

/** Processor time used so far, seconds; undefined where Linux's /proc is missing. */
export interface CpuReading {
  readonly service: number;
  /** Its children that live: the feeds' ffmpeg. */
  readonly ffmpeg: number;
}

export async function readCpu(pid: number): Promise<CpuReading | undefined> {
  const own = await processStats(pid);
  if (own === undefined) return undefined;
  return { service: own.cpuSeconds, ffmpeg: await childrenCpuSeconds(pid) };
}
