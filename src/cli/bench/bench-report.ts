import type { DecodeSpeed } from './decode-speed.js';
import type { ForwardSetting } from './forward-speed.js';
import type { SlowSubscriberResult } from './slow-subscriber.js';

/** One turn of the measurements that are compared. */
export interface BenchRound {
  /** Raw onnxruntime forward of the classifier alone, all cores. */
  readonly bareFramesPerSecond: number;
  /** The graph with Grad-CAM of all classes, driven in the same way. */
  readonly explainedFramesPerSecond: number;
  readonly explainedRatio: number;
  readonly decoding: DecodeSpeed;
  /** ffmpeg, engine, gRPC subscriber; every frame. */
  readonly serviceFramesPerSecond: number;
  /** What the same cores can do after decoding is paid; absent where processor time cannot be seen. */
  readonly idealFramesPerSecond?: number;
  readonly serviceRatio?: number;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** A live feed at the clip's own speed, seen by a subscriber in another process. */
export interface LatencyReport {
  readonly framesPerSecond: number;
  readonly frames: number;
  /** Superseded by a newer frame. */
  readonly dropped: number;
  /** From the frame leaving the decoder to its analysis arriving at the subscriber. */
  readonly ageMs: Percentiles;
  /** The model's run for the frame's batch. */
  readonly inferenceMs: Percentiles;
  /** Age less the model's run, frame by frame: waiting, explaining, publishing, the way to the subscriber. */
  readonly addedMs: Percentiles;
}

/** Middle values of the rounds. */
export interface BenchMedians {
  readonly bareFramesPerSecond: number;
  readonly explainedFramesPerSecond: number;
  readonly explainedRatio: number;
  readonly decodingFramesPerSecond: number;
  readonly ffmpegCpuMsPerFrame: number | undefined;
  readonly readerCpuMsPerFrame: number;
  readonly serviceFramesPerSecond: number;
  readonly idealFramesPerSecond: number | undefined;
  readonly serviceRatio: number | undefined;
}

export interface BenchReport {
  readonly machine: { readonly cores: number; readonly processor: string; readonly node: string };
  readonly model: { readonly name: string; readonly architecture: string; readonly classes: number };
  readonly clip: string;
  /** How the two graphs were run: the fastest way found. */
  readonly forwardSetting: ForwardSetting;
  /** How the service runs them. */
  readonly serviceSetting: ForwardSetting;
  readonly secondsPerMeasurement: number;
  readonly rounds: readonly BenchRound[];
  readonly medians: BenchMedians;
  readonly latency: LatencyReport;
  /** The service with its ffmpeg, over all rounds; absent where memory cannot be seen. */
  readonly peakMemoryMegabytes: number | undefined;
  readonly slowSubscriber: SlowSubscriberResult | undefined;
}

/** What the issue asks for. */
export const GOALS = { explainedRatio: 0.95, serviceRatio: 0.85 } as const;

/** The report for a person. */
export function reportLines(report: BenchReport): string[] {
  const { machine, model, medians, forwardSetting, serviceSetting, rounds, latency } = report;
  const cores = machine.cores;
  const decoding = `${ms(medians.ffmpegCpuMsPerFrame)} ms of processor time a frame in ffmpeg, ${ms(medians.readerCpuMsPerFrame)} ms in reading`;
  const ideal =
    medians.idealFramesPerSecond === undefined
      ? []
      : [
          row(
            'after decoding is paid',
            medians.idealFramesPerSecond,
            `= 1 / (1 / bare + decoding / ${cores} cores)`,
          ),
        ];
  return [
    `${model.name} (${model.architecture}, ${model.classes} classes) on ${cores} cores of ${machine.processor}, Node ${machine.node}`,
    `clip: ${report.clip}`,
    `medians of ${rounds.length} rounds in turns, ${report.secondsPerMeasurement} s a measurement`,
    '',
    row(
      'bare classifier, onnxruntime alone',
      medians.bareFramesPerSecond,
      `${settingText(forwardSetting)}, the fastest found`,
    ),
    row(
      'with Grad-CAM of all classes',
      medians.explainedFramesPerSecond,
      goalText(medians.explainedRatio, GOALS.explainedRatio, 'of the bare classifier'),
    ),
    row('decoding alone', medians.decodingFramesPerSecond, decoding),
    ...ideal,
    row(
      'whole service, ffmpeg to subscriber',
      medians.serviceFramesPerSecond,
      serviceText(medians.serviceRatio, serviceSetting),
    ),
    '',
    `live feed at its own speed: ${latency.frames} frames, ${latency.framesPerSecond.toFixed(1)} frames/s, ${latency.dropped} dropped`,
    percentileRow('age at the subscriber', latency.ageMs),
    percentileRow("the model's run", latency.inferenceMs),
    percentileRow('added (age less run)', latency.addedMs),
    '',
    `peak memory of the service with its ffmpeg: ${report.peakMemoryMegabytes?.toFixed(0) ?? 'unknown'} MB`,
    ...slowLines(report.slowSubscriber),
  ];
}

function row(name: string, framesPerSecond: number, note: string): string {
  return `${name.padEnd(37)}${framesPerSecond.toFixed(1).padStart(8)} frames/s   ${note}`;
}

function percentileRow(name: string, { p50, p95, p99 }: Percentiles): string {
  return `  ${name.padEnd(24)}p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
}

function goalText(ratio: number, goal: number, of: string): string {
  return `${ratio.toFixed(3)} ${of} (goal ${goal}${ratio >= goal ? '' : ', missed'})`;
}

function serviceText(ratio: number | undefined, setting: ForwardSetting): string {
  const how = settingText(setting);
  return ratio === undefined ? how : `${goalText(ratio, GOALS.serviceRatio, 'of that')}; ${how}`;
}

function settingText({ workers, intraOpThreads, batch }: ForwardSetting): string {
  return `${workers} x ${intraOpThreads} threads, batches of ${batch}`;
}

function ms(value: number | undefined): string {
  return value === undefined ? 'unknown' : value.toFixed(2);
}

function slowLines(result: SlowSubscriberResult | undefined): string[] {
  if (result === undefined) return [];
  const { seconds, framesAnalyzed, readers, memory, growthMegabytesPerMinute } = result;
  const samples = memory.map(
    (sample) => `${sample.seconds.toFixed(0)} s ${(sample.rssBytes / 2 ** 20).toFixed(0)} MB`,
  );
  return [
    '',
    `three subscribers for ${seconds} s, one of them never reading: ${framesAnalyzed} frames analysed`,
    ...readers.map(
      ({ received, missing }, index) => `  reader ${index + 1}: ${received} received, ${missing} missing`,
    ),
    `  memory: ${samples.join(', ')}`,
    `  growth after the first quarter: ${growthMegabytesPerMinute.toFixed(2)} MB/min`,
  ];
}
