import { SurgicamError } from '../../domain/errors.js';

/**
 * What a client says it has dealt with, and how much more it is to be sent meanwhile. Memory is bounded by the window;
 * without one nothing is kept but the newest numbers.
 */
export class Acknowledgements {
  private newestTold: number | undefined;
  private newestAcknowledged: number | undefined;
  /** Analyses sent and not acknowledged, ascending; kept only with a window. */
  private readonly open: number[] = [];
  private window: number | undefined;

  /** `resumedAfter`: everything up to this frame was sent by an earlier call. If absent, nothing was. */
  constructor(resumedAfter?: number) {
    this.newestTold = resumedAfter;
  }

  /** The newest frame acknowledged; undefined when none was. */
  get acknowledged(): number | undefined {
    return this.newestAcknowledged;
  }

  /** Analyses sent and not acknowledged; undefined without a window. */
  get unacknowledged(): number | undefined {
    return this.window === undefined ? undefined : this.open.length;
  }

  /** Whether nothing more may be sent. */
  get isFull(): boolean {
    return this.window !== undefined && this.open.length >= this.window;
  }

  /** From now on at most so many open analyses; those sent without a window before do not count. */
  setWindow(window: number | undefined): void {
    this.window = window;
    if (window === undefined) this.open.length = 0;
  }

  /** An analysis of this frame was sent. */
  sent(sequence: number): void {
    this.told(sequence);
    if (this.window !== undefined) this.open.push(sequence);
  }

  /** The client knows what became of every frame up to this one. */
  told(sequence: number): void {
    this.newestTold = Math.max(sequence, this.newestTold ?? 0);
  }

  /**
   * The client has dealt with everything up to this frame; an older one than before changes nothing. Error:
   * invalid_argument for a frame that it cannot know of.
   */
  acknowledge(sequence: bigint): void {
    if (this.newestTold === undefined || sequence > BigInt(this.newestTold)) {
      const allowed =
        this.newestTold === undefined
          ? 'nothing before the first analysis'
          : `0 to ${this.newestTold}, as sent`;
      throw SurgicamError.invalidField('acknowledge.sequence', sequence, allowed);
    }
    const newest = Math.max(Number(sequence), this.newestAcknowledged ?? 0);
    this.newestAcknowledged = newest;
    const still = this.open.findIndex((open) => open > newest);
    this.open.splice(0, still < 0 ? this.open.length : still);
  }
}
