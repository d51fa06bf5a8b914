import { monitorEventLoopDelay } from 'node:perf_hooks';

const WINDOW_MS = 10_000;
const RESOLUTION_MS = 20;

/** How long the event loop kept its timers waiting lately: the pulse of the process. */
export class EventLoopWatch {
  private readonly delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private readonly timer: NodeJS.Timeout;
  private beforeMs = 0;

  constructor(windowMs = WINDOW_MS) {
    this.delays.enable();
    this.timer = setInterval(() => {
      this.beforeMs = this.delays.max / 1e6;
      this.delays.reset();
    }, windowMs).unref();
  }

  /** The longest delay of this window and the one before, milliseconds. */
  get worstMs(): number {
    return Math.max(this.beforeMs, this.delays.max / 1e6);
  }

  stop(): void {
    clearInterval(this.timer);
    this.delays.disable();
  }
}
