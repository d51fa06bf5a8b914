import type { Logger } from '../../observability/logger.js';
import { SurgicamError } from '../../domain/errors.js';
import type { Caller } from './caller.js';

/** What is done, and to what. */
export interface AuditedAction {
  /** Name of the method. */
  readonly action: string;
  feed?: string;
  model?: string;
  /** Names the call of a subscription or of a producer, as in the other log lines. */
  sessionId?: string;
  /** Number of the frame, where it is about one. */
  readonly sequence?: string;
}

/**
 * Who did what to which feed, when and with what outcome: one line for each change and each refused call, two for a
 * subscription. Names only: never a picture, a token, a source's address or another credential.
 */
export class AuditLog {
  private readonly log: Logger | undefined;

  /** If `logger` is absent, nothing is written. The lines are written whatever the level of the other log lines is. */
  constructor(logger?: Logger) {
    this.log = logger?.child({ audit: true }, { level: 'info' });
  }

  /** `outcome` is `begun`, `ok`, `cancelled` or the code of the error. */
  write(caller: Pick<Caller, 'peer'> & Partial<Caller>, action: AuditedAction, outcome: string): void {
    const { subject, by, certificate, peer } = caller;
    this.log?.info({ subject, by, certificate, peer, ...action, outcome }, 'audit');
  }

  /** Does the work and writes how it ended. */
  async watch<T>(caller: Caller, action: AuditedAction, work: () => T | Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.write(caller, action, 'ok');
      return result;
    } catch (error) {
      this.write(caller, action, SurgicamError.from(error).code);
      throw error;
    }
  }
}
