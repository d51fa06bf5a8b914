import { diag, DiagLogLevel, ROOT_CONTEXT, trace, type HrTime, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import type { FrameFacts } from '../../domain/frame-analysis.js';
import type { Logger } from '../logger.js';

export interface FrameTracerOptions {
  /** Where traces go, by OTLP over HTTP: for example `http://collector:4318/v1/traces`. */
  readonly endpoint: string;
  /** Share of the frames that are traced, 0 to 1. */
  readonly sampleRatio: number;
  readonly logger: Logger;
}

/** Spans that wait to be sent; more are lost, so that a dead collector costs no memory. */
const MAX_WAITING_SPANS = 4_096;
const EXPORT_TIMEOUT_MS = 5_000;

/**
 * One trace a sampled frame: `frame` with `decode`, `queue`, `inference`, `explanation` and `publish` in it. It is drawn
 * when the frame has been published, from the times that every analysis carries: frames that are not sampled cost a
 * random number.
 */
export class FrameTracer {
  private readonly provider: BasicTracerProvider;
  private readonly tracer: Tracer;

  constructor({ endpoint, sampleRatio, logger }: FrameTracerOptions) {
    const exporter = new OTLPTraceExporter({ url: endpoint, timeoutMillis: EXPORT_TIMEOUT_MS });
    this.provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'surgicam' }),
      sampler: new TraceIdRatioBasedSampler(sampleRatio),
      spanProcessors: [new BatchSpanProcessor(exporter, { maxQueueSize: MAX_WAITING_SPANS })],
    });
    this.tracer = this.provider.getTracer('surgicam');
    reportTroubleTo(logger);
  }

  /** A frame was analysed, and published just now. */
  published(facts: FrameFacts): void {
    const { timing, capturedAtMs, capturedAtMonotonicMs, analyzedAtMonotonicMs } = facts;
    /** A time of the main thread's monotonic clock as wall clock, in the frame's own terms. */
    const wall = (monotonicMs: number): number => capturedAtMs + (monotonicMs - capturedAtMonotonicMs);
    const publishedMs = wall(performance.now());
    const decodingMs = capturedAtMs - timing.decodeUs / 1000;
    const frame = this.tracer.startSpan('frame', {
      root: true,
      startTime: toHrTime(decodingMs),
      attributes: attributesOf(facts),
    });
    if (!frame.isRecording()) return;
    const inFrame = trace.setSpan(ROOT_CONTEXT, frame);
    const stage = (name: string, startMs: number, endMs: number): void => {
      this.tracer.startSpan(name, { startTime: toHrTime(startMs) }, inFrame).end(toHrTime(endMs));
    };
    const dispatchedMs = capturedAtMs + timing.queueUs / 1000;
    const inferredMs = dispatchedMs + timing.inferenceUs / 1000;
    stage('decode', decodingMs, capturedAtMs);
    stage('queue', capturedAtMs, dispatchedMs);
    stage('inference', dispatchedMs, inferredMs);
    stage('explanation', inferredMs, inferredMs + timing.explanationUs / 1000);
    stage('publish', wall(analyzedAtMonotonicMs), publishedMs);
    frame.end(toHrTime(publishedMs));
  }

  /** Sends what waits, as far as the collector takes it within some seconds. */
  async close(): Promise<void> {
    await this.provider.shutdown().catch(() => undefined); // the log has said why
    diag.disable();
  }
}

function attributesOf(facts: FrameFacts) {
  return {
    'surgicam.feed.id': facts.feedId,
    'surgicam.frame.sequence': facts.sequence,
    'surgicam.frame.media_time_us': facts.mediaTimeUs,
    'surgicam.frame.dropped_before': Object.values(facts.framesDropped).reduce(
      (sum, count) => sum + count,
      0,
    ),
    'surgicam.model.name': facts.modelName,
    'surgicam.model.version': facts.modelVersion,
    'surgicam.batch.size': facts.batchSize,
  };
}

function toHrTime(epochMs: number): HrTime {
  const seconds = Math.floor(epochMs / 1000);
  return [seconds, Math.round((epochMs - seconds * 1000) * 1e6)];
}

/** OpenTelemetry says through one global channel that a collector does not answer. */
function reportTroubleTo(logger: Logger): void {
  const warn = (message: string): void => logger.warn({ reason: message }, 'traces');
  diag.setLogger(
    { error: warn, warn, info: () => undefined, debug: () => undefined, verbose: () => undefined },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}
