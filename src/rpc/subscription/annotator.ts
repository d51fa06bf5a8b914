import type { AnnotationReader } from '../../bus/annotation-board.js';
import { SurgicamError } from '../../domain/errors.js';
import type { RateLimit } from '../calls/rate-limit.js';
import type { Annotate, AnnotationReceipt } from '../gen/surgicam/v1/analysis_service.js';
import type { FeedPort } from '../ports.js';
import { checkAnnotate } from '../requests/annotation.js';
import type { AuditedAction, AuditLog } from '../security/audit-log.js';
import { requireScope, type Caller } from '../security/caller.js';
import type { SubscriptionCounters } from './subscription-counters.js';

export interface AnnotatorParts {
  readonly feed: Pick<FeedPort, 'id' | 'snapshot'>;
  readonly annotations: AnnotationReader;
  readonly caller: Caller;
  readonly audit: AuditLog;
  readonly rate: RateLimit;
  readonly counters: Pick<SubscriptionCounters, 'annotations'>;
}

/** Takes what one subscription has to say to the others. */
export class Annotator {
  constructor(private readonly parts: AnnotatorParts) {}

  /**
   * Hands an annotation on. Errors: permission_denied without the scope, resource_exhausted above the rate,
   * invalid_argument with the name of the field. The audit has all of them, and never a word of what was said.
   */
  annotate(message: Annotate): AnnotationReceipt {
    const { feed, caller, audit } = this.parts;
    const action: AuditedAction = { action: 'Annotate', feed: feed.id, sequence: String(message.sequence) };
    try {
      const receipt = this.accept(message);
      audit.write(caller, action, 'ok');
      return receipt;
    } catch (error) {
      audit.write(caller, action, SurgicamError.from(error).code);
      throw error;
    }
  }

  private accept(message: Annotate): AnnotationReceipt {
    const { feed, annotations, caller, rate, counters } = this.parts;
    requireScope(caller, 'feed:annotate');
    rate.take(performance.now());
    const checked = checkAnnotate(message, feed.snapshot().counters.framesDecoded);
    const receivedAtMs = Date.now();
    const subscriptions = annotations.say({ ...checked, receivedAtMs, author: caller.subject });
    counters.annotations.accepted++;
    return { sequence: message.sequence, receiveTime: new Date(receivedAtMs), subscriptions };
  }
}
