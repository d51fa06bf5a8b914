import { isDeepStrictEqual } from 'node:util';
import { SurgicamError } from '../../domain/errors.js';
import type { FeedSnapshot } from '../../domain/feed.js';
import type { FrameAnalysis } from '../../domain/frame-analysis.js';
import type { ModelDescription } from '../../domain/model-description.js';
import type { GapItem, ReaderItem } from '../../bus/topic-reader.js';
import type { FeedSubscription } from '../../feeds/feed.js';
import type { Latch } from '../calls/latch.js';
import { shuttingDown } from '../calls/open-calls.js';
import type {
  Annotate,
  SubscribeRequest,
  SubscriptionConfiguration,
} from '../gen/surgicam/v1/analysis_service.js';
import type { Model } from '../gen/surgicam/v1/model.js';
import { toAnnotationMessage } from '../messages/annotation-message.js';
import { toFeedMessage, toFeedStatus } from '../messages/feed-message.js';
import { toGapMessage } from '../messages/gap-message.js';
import type { FeedPort } from '../ports.js';
import { Acknowledgements } from './acknowledgements.js';
import type { Admission } from './admission.js';
import type { Annotator } from './annotator.js';
import { checkConfiguration, checkReconfiguration, type CheckedConfiguration } from './configuration.js';
import type { RequestInbox } from './request-inbox.js';
import type { ResponseWriter } from './response-writer.js';
import type { SubscriptionCounters } from './subscription-counters.js';

/** What one subscription works with. */
export interface SessionParts {
  /** Names the call to the client and in the log. */
  readonly id: string;
  readonly feed: FeedPort;
  readonly describeModel: (model: ModelDescription) => Model;
  readonly subscription: FeedSubscription;
  /** If absent, the client cannot annotate. */
  readonly annotator?: Annotator;
  readonly configuration: CheckedConfiguration;
  readonly inbox: Pick<RequestInbox, 'take' | 'ended'>;
  readonly writer: ResponseWriter;
  readonly admission: Admission;
  readonly counters: SubscriptionCounters;
  /** Notified by the subscription, the inbox, the heartbeat and the beginning of draining. */
  readonly latch: Latch;
  /** Aborted when the client has cancelled. */
  readonly signal: AbortSignal;
  /** Aborted when the server shuts down. */
  readonly draining: AbortSignal;
}

/**
 * A configured Subscribe call as one loop: requests first, then what others say, then what the feed has, then a
 * heartbeat, then sleep. There is no queue in it: the feed's history is read when the client can take more.
 */
export class SubscriptionSession {
  private configuration: CheckedConfiguration;
  private configurations = 1;
  private paused = false;
  private lastSequence: bigint | undefined;
  private readonly acknowledgements: Acknowledgements;
  private announced: FeedSnapshot['state'] | undefined;
  /** The one that the client was told of. */
  private model: ModelDescription | undefined;

  constructor(private readonly parts: SessionParts) {
    this.configuration = parts.configuration;
    this.acknowledgements = new Acknowledgements(parts.configuration.resumeAfterSequence);
    this.acknowledgements.setWindow(parts.configuration.maxUnacknowledged);
  }

  /** Resolves when the call may end with OK or was cancelled. Rejects with what it is to end with. */
  async run(): Promise<void> {
    const { feed, signal, latch, writer } = this.parts;
    await this.started(false);
    await this.announce(feed.snapshot());
    while (!signal.aborted) {
      const step = await this.step();
      if (step === 'over') return;
      if (step === 'more') continue;
      if (writer.heartbeatDue) await this.heartbeat();
      else await latch.wait(signal);
    }
  }

  /** One request or one item. `idle`: there was none. */
  private async step(): Promise<'more' | 'idle' | 'over'> {
    const { inbox, subscription, feed, draining } = this.parts;
    // The feed may have gone over to another version of its model.
    if (feed.model !== this.model) await this.started(true);
    const request = inbox.take();
    if (request !== undefined) {
      await this.obey(request);
      return 'more';
    }
    const { paused } = this;
    if (!paused && (await this.passOnAnnotation())) return 'more';
    // A client that has closed its half can acknowledge no more, and is to get the rest all the same.
    const held = paused || (this.acknowledgements.isFull && !inbox.ended);
    if (held && draining.aborted) throw shuttingDown();
    const item = held ? undefined : subscription.poll();
    if (item !== undefined) return this.deliver(item);
    const { state } = feed;
    const isOver = state.kind === 'ended' || state.kind === 'failed' || subscription.topicClosed;
    if (!isOver || (held && !paused)) return 'idle';
    if (paused) await this.leaveOut();
    return this.finish();
  }

  private async obey({ request }: SubscribeRequest): Promise<void> {
    switch (request?.$case) {
      case undefined:
        throw SurgicamError.invalidField(
          'request',
          undefined,
          'configure, pause, resume, acknowledge or annotate',
        );
      case 'configure':
        return this.reconfigure(request.value);
      case 'pause':
        this.paused = true;
        return;
      case 'resume':
        this.paused = false;
        return;
      case 'acknowledge':
        this.acknowledgements.acknowledge(request.value.sequence);
        return;
      case 'annotate':
        return this.annotate(request.value);
    }
  }

  private async annotate(message: Annotate): Promise<void> {
    const { annotator, writer } = this.parts;
    if (annotator === undefined) throw SurgicamError.invalidField('request', 'annotate', 'not in this call');
    await writer.write({ $case: 'annotationReceipt', value: annotator.annotate(message) });
  }

  private async reconfigure(message: SubscriptionConfiguration): Promise<void> {
    const { feed, subscription } = this.parts;
    checkReconfiguration(message, feed.id, this.configuration.delivery);
    const { delivery } = this.configuration;
    this.configuration = { ...checkConfiguration(message, feed.model), delivery };
    subscription.update(this.configuration.recipe);
    this.acknowledgements.setWindow(this.configuration.maxUnacknowledged);
    this.configurations++;
    await this.started(false);
  }

  private async deliver(item: ReaderItem): Promise<'more' | 'over'> {
    switch (item.kind) {
      case 'analysis':
        await this.analysis(item.analysis);
        return 'more';
      case 'gap':
        await this.gap(item);
        return 'more';
      case 'state':
        await this.announce(item.snapshot);
        return 'more';
      case 'closed':
        return this.finish();
    }
  }

  /** What another subscriber said, one at a time; false when there is nothing. */
  private async passOnAnnotation(): Promise<boolean> {
    const { subscription, admission, writer, counters } = this.parts;
    const { annotations } = subscription;
    const annotation = annotations.poll();
    admission.annotationsMissed(annotations.missed);
    if (annotation === undefined) return false;
    await writer.write({ $case: 'annotation', value: toAnnotationMessage(annotation) });
    counters.annotations.delivered++;
    return true;
  }

  private async gap(item: GapItem): Promise<void> {
    const { writer, counters } = this.parts;
    counters.countGap(item.reason, item.toSequence - item.fromSequence + 1);
    this.acknowledgements.told(item.toSequence);
    await writer.write({ $case: 'gap', value: toGapMessage(item) });
  }

  /** Who asked for every frame is told which ones a pause that outlasted the feed has cost. */
  private async leaveOut(): Promise<void> {
    const unread = this.parts.subscription.unread();
    if (this.configuration.delivery !== 'every_frame' || unread === undefined) return;
    await this.gap({ kind: 'gap', ...unread, reason: 'paused' });
  }

  private async analysis(analysis: FrameAnalysis): Promise<void> {
    const { writer, admission, subscription, counters } = this.parts;
    const nowMonotonicMs = performance.now();
    admission.readerSkipped(subscription.skipped);
    if (!admission.admit(nowMonotonicMs, analysis.facts.capturedAtMonotonicMs, this.configuration)) return;
    const { float16 } = this.configuration;
    const { sequence } = analysis.facts;
    this.lastSequence = BigInt(sequence);
    this.acknowledgements.sent(sequence);
    await writer.writeAnalysis(analysis, { nowMonotonicMs, float16 });
    counters.delivered++;
  }

  /** Sends a state once, however often and by whichever way it is learnt. */
  private async announce(snapshot: FeedSnapshot): Promise<void> {
    if (this.announced !== undefined && isDeepStrictEqual(this.announced, snapshot.state)) return;
    this.announced = snapshot.state;
    const value = { feed: toFeedMessage(snapshot) };
    await this.parts.writer.write({ $case: 'feedStateChange', value });
  }

  /** The feed has nothing more: says how it ended, and why the call does. */
  private async finish(): Promise<'over'> {
    const { feed, draining } = this.parts;
    const snapshot = feed.snapshot();
    const { state } = snapshot;
    if (state.kind === 'ended' || state.kind === 'failed') await this.announce(snapshot);
    // While the server drains every feed comes to its end; another replica may have it again.
    if (draining.aborted) throw shuttingDown();
    if (state.kind !== 'failed') return 'over';
    throw new SurgicamError('failed_precondition', `feed '${feed.id}' has failed: ${state.reason}`, {
      resource: { type: 'feed', name: feed.id },
    });
  }

  private async started(modelReloaded: boolean): Promise<void> {
    const { id: sessionId, feed, describeModel, writer } = this.parts;
    const { frameWidth, frameHeight } = feed.snapshot();
    const { configurations: configuration } = this;
    this.model = feed.model;
    const model = describeModel(feed.model);
    const value = { sessionId, configuration, model, frameWidth, frameHeight, modelReloaded };
    await writer.write({ $case: 'started', value });
  }

  private async heartbeat(): Promise<void> {
    const { feed, writer } = this.parts;
    const { acknowledged, unacknowledged } = this.acknowledgements;
    await writer.write({
      $case: 'heartbeat',
      value: {
        time: new Date(),
        status: toFeedStatus(feed.state),
        paused: this.paused,
        lastSequence: this.lastSequence,
        acknowledgedSequence: acknowledged === undefined ? undefined : BigInt(acknowledged),
        unacknowledged,
      },
    });
  }
}
