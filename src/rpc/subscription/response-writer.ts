import type { Writable } from 'node:stream';
import { writeResponse } from '../calls/write-response.js';
import type { SkippedAnalyses, SubscribeResponse } from '../gen/surgicam/v1/analysis_service.js';

export type ResponseBody = NonNullable<SubscribeResponse['response']>;

const HEARTBEAT_MS = 1000;

/** Writes one subscription's responses, and notices when nothing was written for a second. */
export class ResponseWriter {
  private readonly timer: NodeJS.Timeout;
  private silent = false;

  constructor(
    private readonly call: Writable,
    private readonly signal: AbortSignal,
    /** What was skipped since it was last asked. */
    private readonly takeSkipped: () => SkippedAnalyses | undefined,
    onSilence: () => void,
  ) {
    this.timer = setTimeout(() => {
      this.silent = true;
      onSilence();
    }, HEARTBEAT_MS);
  }

  /** Whether nothing was written for a second. */
  get heartbeatDue(): boolean {
    return this.silent;
  }

  /** Resolves when the client's connection has taken the message, or the call is cancelled. */
  async write(response: ResponseBody): Promise<void> {
    await writeResponse(this.call, { response, skipped: this.takeSkipped() }, this.signal);
    this.silent = false;
    if (!this.signal.aborted) this.timer.refresh();
  }

  close(): void {
    clearTimeout(this.timer);
  }
}
