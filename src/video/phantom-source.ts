import { Worker } from 'node:worker_threads';
import { Observable, type Subscriber } from 'rxjs';
import { SurgicamError } from '../domain/errors.js';
import type { VideoFrame } from '../domain/video-frame.js';
import type { FrameSourceOptions } from './frame-source.js';
import { FrameClock } from './phantom/frame-clock.js';
import { parsePhantomUri, type PhantomPace, type PhantomSettings } from './phantom/phantom-uri.js';
import type {
  PhantomEnd,
  PhantomReply,
  PhantomRequest,
  PhantomWorkerData,
} from './phantom/worker-messages.js';

/**
 * Frames of the synthetic scene, `phantom://scene?...` (see parsePhantomUri). Cold: each subscription has a
 * drawing thread of its own, which ends with it. Frame n shows the scene at n / fps seconds, also after
 * `firstSequence`, so a restarted source goes on in the same scene. No frame is ever skipped: completes after
 * exactly `frames` frames, unless the source loops.
 *
 * Without `pace=` the scene comes in real time, except where a gate holds it back and the source's own speed is
 * not asked for: then as fast as the gate lets it.
 *
 * Fails with `invalid_argument` for a bad option and `internal` when the drawing thread dies.
 */
export function openPhantomSource(options: FrameSourceOptions): Observable<VideoFrame> {
  return new Observable((subscriber) => {
    const settings = parsePhantomUri(options.source.uri);
    const run = new PhantomRun(options, settings, subscriber);
    return () => run.stop();
  });
}

/** One subscription: asks the thread for a frame when the gate is open and the frame is due, and emits it. */
class PhantomRun {
  readonly #worker: Worker;
  readonly #clock: FrameClock | undefined;
  readonly #removeGateListener: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #state: 'idle' | 'waiting' | 'drawing' | 'ended' = 'idle';
  #drawn = 0;

  constructor(
    private readonly options: FrameSourceOptions,
    private readonly settings: PhantomSettings,
    private readonly subscriber: Subscriber<VideoFrame>,
  ) {
    const { width, height, gate } = options;
    const aspect = settings.width / settings.height;
    const workerData: PhantomWorkerData = { seed: settings.seed, width, height, aspect };
    this.#worker = new Worker(new URL('./phantom/worker.js', import.meta.url), { workerData });
    this.#worker.on('message', (reply: PhantomReply) => this.#emit(reply));
    this.#worker.once('error', (cause) => this.#fail('failed', cause));
    this.#worker.once('exit', (code) => this.#fail(`ended with code ${code}`));
    this.#clock =
      paceOf(options, settings) === 'fast' ? undefined : new FrameClock(settings.fps, performance.now());
    this.#removeGateListener = gate?.onOpen(() => this.#next());
    this.#next();
  }

  stop(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    clearTimeout(this.#timer);
    this.#removeGateListener?.();
    // Not terminate(): a thread that is still loading its modules would leave their files open for good.
    this.#worker.postMessage('end' satisfies PhantomEnd);
    this.#worker.unref();
  }

  #next(): void {
    if (this.#state !== 'idle' || !(this.options.gate?.isOpen() ?? true)) return;
    const wait = this.#clock?.waitMs(this.#drawn, performance.now()) ?? 0;
    if (wait === 0) {
      this.#draw();
      return;
    }
    this.#state = 'waiting';
    this.#timer = setTimeout(() => {
      this.#state = 'idle';
      // Timers may fire a moment early, and the gate may have closed meanwhile: both are asked again.
      this.#next();
    }, wait);
  }

  #draw(): void {
    this.#state = 'drawing';
    const request: PhantomRequest = { time: this.#sceneFrame() / this.settings.fps };
    this.#worker.postMessage(request);
  }

  #emit({ pixels, renderUs }: PhantomReply): void {
    if (this.#state !== 'drawing') return;
    const { feedId, width, height } = this.options;
    const sequence = this.#sequence();
    this.#state = 'idle';
    this.#drawn++;
    this.subscriber.next({
      feedId,
      sequence,
      mediaTimeUs: Math.round((sequence * 1e6) / this.settings.fps),
      capturedAtMs: performance.timeOrigin + performance.now(),
      capturedAtMonotonicMs: performance.now(),
      sourceWidth: this.settings.width,
      sourceHeight: this.settings.height,
      width,
      height,
      pixels,
      decodeUs: renderUs,
    });
    const { frames } = this.settings;
    if (frames !== undefined && !this.options.source.loop && this.#sequence() >= frames) {
      this.subscriber.complete();
      return;
    }
    this.#next();
  }

  #sequence(): number {
    return (this.options.firstSequence ?? 0) + this.#drawn;
  }

  #sceneFrame(): number {
    const { frames } = this.settings;
    return frames === undefined ? this.#sequence() : this.#sequence() % frames;
  }

  #fail(what: string, cause?: unknown): void {
    if (this.#state === 'ended') return;
    this.subscriber.error(
      new SurgicamError('internal', `the drawing thread of the synthetic scene ${what}`, { cause }),
    );
  }
}

function paceOf({ gate, source }: FrameSourceOptions, { pace }: PhantomSettings): PhantomPace {
  return pace ?? (gate !== undefined && !source.ownSpeed ? 'fast' : 'real_time');
}
