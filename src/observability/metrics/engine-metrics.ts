import { Counter, Gauge, type Registry } from 'prom-client';
import { BatchSizeHistogram } from './batch-size-histogram.js';
import type { ServiceReadings } from './service-readings.js';

/** The models, what runs them, and the child processes. */
export class EngineMetrics {
  private readonly batchSize: BatchSizeHistogram;
  private readonly model: Gauge<'model' | 'version' | 'provider'>;
  private readonly workers: Gauge<'state'>;
  private readonly restarts: Counter;
  private readonly previews: Counter<'outcome'>;
  private readonly ffmpeg: Gauge;
  private readonly ready: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.batchSize = new BatchSizeHistogram(registry);
    this.model = new Gauge({
      name: 'surgicam_model_info',
      help: '1 for every model that is loaded, with its version and what runs it.',
      labelNames: ['model', 'version', 'provider'] as const,
      registers,
    });
    this.workers = new Gauge({
      name: 'surgicam_inference_workers',
      help: 'Inference worker threads, by state.',
      labelNames: ['state'] as const,
      registers,
    });
    this.restarts = new Counter({
      name: 'surgicam_inference_worker_restarts_total',
      help: 'Inference workers that ended by themselves and were started again.',
      registers,
    });
    this.previews = new Counter({
      name: 'surgicam_previews_total',
      help: 'Small pictures of frames that were asked for, by what became of them.',
      labelNames: ['outcome'] as const,
      registers,
    });
    this.ffmpeg = new Gauge({
      name: 'surgicam_ffmpeg_processes',
      help: 'ffmpeg children that run.',
      registers,
    });
    this.ready = new Gauge({
      name: 'surgicam_ready',
      help: '1 while /readyz says that the service is ready, else 0.',
      registers,
    });
  }

  set(readings: ServiceReadings): void {
    const { models, workers, workersRunning } = readings;
    this.batchSize.set(readings.batchSizes);
    this.model.reset();
    for (const { name, version, provider } of models) this.model.set({ model: name, version, provider }, 1);
    this.workers.set({ state: 'running' }, workersRunning);
    this.workers.set({ state: 'restarting' }, workers - workersRunning);
    this.restarts.reset();
    this.restarts.inc(readings.workerRestarts);
    this.previews.reset();
    for (const [outcome, count] of Object.entries(readings.previews)) this.previews.inc({ outcome }, count);
    this.ffmpeg.set(readings.ffmpegProcesses);
    this.ready.set(readings.isReady ? 1 : 0);
  }
}
