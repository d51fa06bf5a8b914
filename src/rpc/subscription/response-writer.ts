import type { Writable } from 'node:stream';
import type { FrameAnalysis } from '../../domain/frame-analysis.js';
import { EncodedResponse } from '../calls/encoded-response.js';
import type { SkippedAnalyses, SubscribeResponse } from '../gen/surgicam/v1/analysis_service.js';
import { encodeAnalysisResponse } from '../messages/encoded-analysis.js';
import type { FrameAnalysisOptions } from '../messages/frame-analysis-message.js';

export type ResponseBody = NonNullable<SubscribeResponse['response']>;

const HEARTBEAT_MS = 1000;

/**
 * Writes one subscription's responses, one at a time, and notices when nothing was written for a second. With one message
 * in flight `write()` never has a reason to return false: a slow reader holds up nothing but its own loop, and what it
 * reads next is chosen when it can take it, not sixteen messages earlier.
 */
export class ResponseWriter {
  private readonly timer: NodeJS.Timeout;
  private silent = false;
  /** Ends the wait for the message in flight. */
  private taken: (() => void) | undefined;
  private readonly onAbort = (): void => this.taken?.();

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
    signal.addEventListener('abort', this.onAbort);
  }

  /** Whether nothing was written for a second. */
  get heartbeatDue(): boolean {
    return this.silent;
  }

  /** Resolves when the client's connection has taken the message, or the call is cancelled. */
  async write(response: ResponseBody): Promise<void> {
    await this.send({ response, skipped: this.takeSkipped() });
  }

  /** The same for an analysis, of which everything that others are sent as well is encoded once for all. */
  async writeAnalysis(analysis: FrameAnalysis, options: FrameAnalysisOptions): Promise<void> {
    await this.send(new EncodedResponse(encodeAnalysisResponse(analysis, options, this.takeSkipped())));
  }

  close(): void {
    clearTimeout(this.timer);
    this.signal.removeEventListener('abort', this.onAbort);
  }

  private async send(message: SubscribeResponse | EncodedResponse): Promise<void> {
    if (!this.signal.aborted && !this.call.destroyed) {
      await new Promise<void>((resolve) => {
        this.taken = resolve;
        this.call.write(message, () => resolve());
      });
      this.taken = undefined;
    }
    this.silent = false;
    if (!this.signal.aborted) this.timer.refresh();
  }
}
