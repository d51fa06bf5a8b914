import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { Observable, type Subscriber } from 'rxjs';
import { SurgicamError } from '../domain/errors.js';
import type { HardwareAcceleration } from '../domain/feed.js';
import type { VideoFrame } from '../domain/video-frame.js';
import { underLimits } from './child-limits.js';
import { guardEgress, PROXY_VARIABLES } from './egress-guard.js';
import { ffmpegArguments, ffmpegInput, type FfmpegArguments } from './ffmpeg-arguments.js';
import {
  checkProtocol,
  ffmpegCapabilities,
  findHardwareDevices,
  resolveHardwareAcceleration,
} from './ffmpeg-capabilities.js';
import { startFfmpeg } from './ffmpeg-process.js';
import { FrameSink } from './frame-sink.js';
import type { FrameSourceOptions } from './frame-source.js';
import { InputFacts, isPlaylist } from './input-facts.js';
import { locateFfmpeg, type FfmpegInstallation } from './locate-ffmpeg.js';
import { LogRing } from './log-ring.js';
import { redactText } from '../domain/redact.js';
import { ShowinfoReader } from './showinfo-reader.js';
import { watchSilence, type Silenceable } from './silence-watch.js';
import { isOverForGood } from './source-end.js';
import { checkSourceFile } from './source-file.js';
import { judgeOutcome, sourceFailureOf, tellsOfBrokenInput } from './source-failure.js';
import { isLiveSource, sourceDisplayName, type SourceUri } from './source-uri.js';

const DEFAULT_SILENCE_MS = 5_000;
/** What is worth a place in the log of the service. */
const SHOWN_LOG_LINES = 8;
/** A file that gives no first frame for so long is not a slow one but a trap. */
const DEFAULT_PROBE_MS = 60_000;
const MAX_DECODER_THREADS = 4;

/** Frames of one source through one ffmpeg. Cold: each subscription runs its own, unsubscribing stops it. */
export function openFfmpegSource(options: FrameSourceOptions, source: SourceUri): Observable<VideoFrame> {
  return new Observable((subscriber) => {
    const stop = new AbortController();
    runSource(options, source, subscriber, stop.signal).catch((error: unknown) => {
      subscriber.error(SurgicamError.from(error));
    });
    return () => stop.abort();
  });
}

async function runSource(
  options: FrameSourceOptions,
  source: SourceUri,
  subscriber: Subscriber<VideoFrame>,
  signal: AbortSignal,
): Promise<void> {
  const stopped = (): boolean => signal.aborted;
  checkPlayback(options, source);
  if (source.kind === 'file') await checkSourceFile(source.path);
  const ffmpeg = await locateFfmpeg(options.ffmpegPath);
  const hardware = await prepareHardware(options, source, ffmpeg);
  // decoding on a device maps its memory, which no limit of ours could tell from the decoder's
  const maxMemory = hardware === 'none' ? options.limits?.maxMemoryBytes : undefined;
  const command = await underLimits(ffmpeg.path, maxMemory);
  const egress = await guardEgress(source, options.limits?.addresses);
  if (stopped()) {
    egress?.close();
    return;
  }

  const args = sourceArguments(options, source, ffmpeg, { hardware, httpProxy: egress?.url });
  const sink = frameSink(options, source, (frame) => subscriber.next(frame));
  const written = once(sink, 'finish');
  const showinfo = new ShowinfoReader();
  const log = new LogRing();
  const facts = new InputFacts();
  const child = startFfmpeg({
    path: ffmpeg.path,
    command,
    hiddenVariables: egress === undefined ? [] : PROXY_VARIABLES,
    args,
    ...(options.pushed === undefined ? {} : { stdin: options.pushed }),
    sink,
    onLine: (line) => {
      const infos = showinfo.read(line, performance.now());
      infos?.forEach((info) => sink.addInfo(info));
      if (silence.silentForMs !== undefined) return; // only about being stopped by us
      if (infos === undefined) {
        log.push(line);
        facts.read(line);
      } else if (tellsOfBrokenInput(line)) log.push(`[error] ${line.replace(/^.* type:\S\s*/, '')}`);
    },
  });
  signal.addEventListener('abort', () => {
    sink.close();
    void child.stop();
  });
  const name = sourceDisplayName(source);
  const shown = [...args.inputOptions, '-i', name, ...args.outputOptions];
  options.logger.debug({ feedId: options.feedId, ffmpeg: ffmpeg.path, args: shown }, 'ffmpeg started');

  options.onFfmpeg?.(() =>
    log
      .lines()
      .slice(-SHOWN_LOG_LINES)
      .map((line) => redactText(line, ffmpegInput(source), name)),
  );

  const limitMs = options.silenceTimeoutMs ?? DEFAULT_SILENCE_MS;
  const isLive = isLiveSource(source);
  const silence = watchSilence(
    isLive ? sink : untilFirstFrame(sink),
    () => (isLive ? silencePatienceMs(limitMs, sink.frames, facts.format) : DEFAULT_PROBE_MS),
    () => void child.stop(),
  );
  const exit = await child.exited;
  egress?.close();
  silence.stop();
  sink.endInfos();
  const { silentForMs } = silence;
  // what ffmpeg wrote before it went is still given out, at the consumer's pace
  if (exit.startError === undefined && silentForMs === undefined && !stopped()) await written;
  if (stopped()) return;
  sink.close();

  const failure = judgeOutcome({
    source,
    cudaWanted: hardware === 'cuda',
    exit,
    frames: sink.frames,
    framesWithoutTime: sink.framesWithoutInfo,
    log: log.lines(),
    ...(silentForMs === undefined ? {} : { silentForMs }),
  });
  if (failure === undefined) {
    if (isOverForGood(source, facts, log.lines())) options.onEnd?.();
    subscriber.complete();
    return;
  }
  if (sink.frames === 0 && egress?.refusal !== undefined) {
    subscriber.error(egress.refusal); // ffmpeg knows only that it was refused
    return;
  }
  options.logger.debug(
    { feedId: options.feedId, ffmpegLog: sourceFailureOf(failure)?.log },
    redactText(failure.message, ffmpegInput(source), name),
  );
  subscriber.error(failure);
}

function checkPlayback(options: FrameSourceOptions, source: SourceUri): void {
  if (options.source.loop && isLiveSource(source)) {
    throw SurgicamError.invalidField(
      'source.loop',
      true,
      'false for a live source: only files can start again',
    );
  }
  for (const field of ['width', 'height'] as const) {
    const value = options[field];
    if (!Number.isInteger(value) || value < 1 || value > 8192) {
      throw SurgicamError.invalidField(field, value, '1 to 8192 pixels');
    }
  }
}

async function prepareHardware(
  options: FrameSourceOptions,
  source: SourceUri,
  ffmpeg: FfmpegInstallation,
): Promise<HardwareAcceleration> {
  const wish = options.hardwareAcceleration;
  const devices = findHardwareDevices();
  const pointless = wish === 'none' || (wish === 'auto' && !devices.nvidia && !devices.render);
  if (pointless && !('url' in source)) return 'none'; // nothing to ask ffmpeg for, which takes 0.1 s
  const capabilities = await ffmpegCapabilities(ffmpeg.path);
  checkProtocol(source, ffmpeg, capabilities);
  return resolveHardwareAcceleration(wish, ffmpeg, capabilities, devices);
}

function sourceArguments(
  options: FrameSourceOptions,
  source: SourceUri,
  ffmpeg: FfmpegInstallation,
  run: { readonly hardware: HardwareAcceleration; readonly httpProxy: string | undefined },
): FfmpegArguments {
  const maxPixels = options.limits?.maxPixels;
  return ffmpegArguments({
    source,
    width: options.width,
    height: options.height,
    ownSpeed: options.source.ownSpeed,
    everyNth: options.everyNth ?? 1,
    loop: options.source.loop,
    hardwareAcceleration: run.hardware,
    threads: options.decoderThreads ?? Math.min(availableParallelism(), MAX_DECODER_THREADS),
    silenceTimeoutMs: options.silenceTimeoutMs ?? DEFAULT_SILENCE_MS,
    libavformat: ffmpeg.libavformat,
    ...(maxPixels === undefined ? {} : { maxPixels }),
    ...(run.httpProxy === undefined ? {} : { httpProxy: run.httpProxy }),
  });
}

function frameSink(
  options: FrameSourceOptions,
  source: SourceUri,
  onFrame: (frame: VideoFrame) => void,
): FrameSink {
  return new FrameSink({
    feedId: options.feedId,
    width: options.width,
    height: options.height,
    firstSequence: options.firstSequence ?? 0,
    gate: options.gate,
    mediaName: source.kind === 'file' ? basename(source.path) : undefined,
    paced: isLiveSource(source) || options.source.ownSpeed,
    onFrame,
  });
}

/** Connecting and learning the format takes longer than the next frame, and HLS comes in segments of up to 10 s. */
function silencePatienceMs(limitMs: number, frames: number, format: string | undefined): number {
  return frames === 0 || isPlaylist(format) ? 3 * limitMs : limitMs;
}

/** A file is read at the consumer's pace or its own; only its beginning must not take for ever. */
function untilFirstFrame(sink: FrameSink): Silenceable {
  return { silentForMs: (nowMs) => (sink.frames === 0 ? sink.silentForMs(nowMs) : 0) };
}
