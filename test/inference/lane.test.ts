import { describe, expect, it } from '@jest/globals';
import { Subject, type Observable } from 'rxjs';
import { resolveRecipe } from '../../src/domain/analysis-recipe.js';
import type { AnalyzedFrame, DropReason } from '../../src/domain/frame-analysis.js';
import type { VideoFrame } from '../../src/domain/video-frame.js';
import { CreditGate } from '../../src/flow/credit-gate.js';
import { Lane, type LaneOptions } from '../../src/inference/lane.js';
import type { LoadedModel } from '../../src/inference/loaded-model.js';
import type { Ticket, TicketOutcome } from '../../src/inference/ticket.js';
import { SAMPLE_MODEL } from '../fixtures/sample-model.js';
import { noiseFrame } from './inference-fixture.js';

const MODEL = { key: 'sample', description: SAMPLE_MODEL, provider: 'cpu' } as LoadedModel;
const RECIPE = resolveRecipe({}, SAMPLE_MODEL);

const frame = (sequence: number): VideoFrame => noiseFrame(sequence, 'feed', SAMPLE_MODEL);

function outcome(): TicketOutcome {
  const product = { present: [true, false, false], detections: [], heatmaps: [], features: [] };
  const logits = Float32Array.of(1, 2, 3);
  return {
    result: { logits, probabilities: logits, products: [product], explanationUs: 30 },
    model: SAMPLE_MODEL,
    recipes: [RECIPE],
    previews: undefined,
    inferenceUs: 20,
    batchSize: 2,
    dispatchedAtMs: performance.now(),
    analyzedAtMs: performance.now(),
  };
}

/** A lane between a source and a listener; the test itself is the worker. */
function setUp(options: Partial<LaneOptions>) {
  const source = new Subject<VideoFrame>();
  const events: string[] = [];
  const analyzed: AnalyzedFrame[] = [];
  let changes = 0;
  const lane = new Lane(
    {
      model: MODEL,
      pacing: 'every_frame',
      recipes: () => [RECIPE],
      onDrop: ({ sequence }: VideoFrame, reason: DropReason) => events.push(`${sequence} ${reason}`),
      ...options,
    },
    () => changes++,
  );
  const results: Observable<AnalyzedFrame> = source.pipe(lane.carry);
  const subscription = results.subscribe({
    next: (result) => {
      events.push(`${result.facts.sequence} analysed`);
      analyzed.push(result);
    },
    error: (error: Error) => events.push(error.message),
    complete: () => events.push('complete'),
  });
  const push = (...sequences: number[]): void => {
    for (const sequence of sequences) source.next(frame(sequence));
  };
  const take = (): Ticket => lane.shift()!;
  return { lane, source, subscription, events, analyzed, push, take, changes: () => changes };
}

describe('a LIVE lane', () => {
  it('keeps the newest waiting frame and counts the others as superseded', () => {
    const { push, take, events, analyzed, lane } = setUp({ pacing: 'live' });
    push(0);
    const first = take();
    push(1, 2, 3);
    expect(events).toEqual(['1 superseded', '2 superseded']);
    const second = take();
    expect([second.frame.sequence, lane.length]).toEqual([3, 0]);
    first.resolve(outcome());
    second.resolve(outcome());
    expect(events.slice(2)).toEqual(['0 analysed', '3 analysed']);
    expect(analyzed.map(({ facts }) => facts.framesDropped)).toEqual([{}, { superseded: 2 }]);
  });

  it('keeps as many as it is told to', () => {
    const { push, events, lane } = setUp({ pacing: 'live', capacity: 3 });
    push(0, 1, 2, 3);
    expect([events, lane.length]).toEqual([['0 superseded'], 3]);
  });

  it('holds nobody back', () => {
    const gate = new CreditGate(1);
    const { push, lane } = setUp({ pacing: 'live', gate });
    push(0, 1);
    expect([gate.taken, lane.mayContribute()]).toEqual([0, true]);
  });

  it('reports each drop with the next analysis behind it, whatever happened in between', () => {
    const admitted = [0, 1, 3, 4, 5, 7, 8];
    const { push, take, analyzed } = setUp({
      pacing: 'live',
      admit: ({ sequence }) => admitted.includes(sequence),
    });
    push(0);
    const zero = take();
    push(1);
    const one = take();
    push(2, 3, 4); // 2 is rate limited, 3 superseded
    const four = take();
    push(5, 6, 7); // 5 superseded by 7, 6 rate limited
    const seven = take();
    push(8);
    const eight = take();
    seven.drop('inference_failed');
    eight.resolve(outcome());
    one.drop('inference_failed');
    four.resolve(outcome());
    zero.resolve(outcome());
    expect(analyzed.map(({ facts }) => [facts.sequence, facts.framesDropped])).toEqual([
      [0, {}],
      [4, { inference_failed: 1, rate_limited: 1, superseded: 1 }],
      [8, { superseded: 1, rate_limited: 1, inference_failed: 1 }],
    ]);
  });
});

describe('an EVERY_FRAME lane', () => {
  it('holds the source back while its credits are on their way, and loses nothing', () => {
    const gate = new CreditGate(2);
    const { push, take, events, lane } = setUp({ gate });
    let opened = 0;
    gate.onOpen(() => opened++);
    push(0);
    expect([gate.isOpen(), lane.mayContribute()]).toEqual([true, true]);
    push(1);
    expect([gate.isOpen(), lane.mayContribute()]).toEqual([false, false]);
    push(2); // was already being read
    const [first, second] = [take(), take()];
    second.resolve(outcome());
    expect([gate.taken, opened, events]).toEqual([3, 0, []]);
    first.resolve(outcome());
    expect([gate.taken, opened, events]).toEqual([1, 1, ['0 analysed', '1 analysed']]);
    take().resolve(outcome());
    expect([gate.taken, events.at(-1)]).toEqual([0, '2 analysed']);
  });

  it('gives the credit of a lost frame back', () => {
    const gate = new CreditGate(1);
    const { push, take, events } = setUp({ gate });
    push(0);
    take().drop('inference_failed');
    expect([gate.isOpen(), events]).toEqual([true, ['0 inference_failed']]);
  });

  it('refuses a source that goes on although it is held back', () => {
    const { push, events, subscription } = setUp({ gate: new CreditGate(1) });
    push(0, 1, 2, 3);
    expect(subscription.closed).toBe(true);
    expect(events.slice(0, 1)).toEqual([
      '3 frames wait for analysis and the source went on; give source and lane one gate',
    ]);
  });
});

describe('any lane', () => {
  it('gives out what is known of the frame and of its analysis', () => {
    const { push, take, analyzed } = setUp({});
    push(5);
    take().resolve(outcome());
    const { facts, products } = analyzed[0]!;
    expect(facts).toMatchObject({
      feedId: 'feed',
      sequence: 5,
      mediaTimeUs: 200_000,
      modelName: 'sample',
      modelVersion: '1.2.0',
      classNames: SAMPLE_MODEL.classes,
      frameWidth: 1920,
      frameHeight: 1080,
      inputWidth: 320,
      inputHeight: 256,
      timing: { decodeUs: 1500, inferenceUs: 20, explanationUs: 30 },
      batchSize: 2,
    });
    expect(facts.timing.queueUs).toBeGreaterThanOrEqual(0);
    expect(facts.analyzedAtMonotonicMs).toBeGreaterThanOrEqual(facts.capturedAtMonotonicMs);
    expect([...products.keys()]).toEqual([RECIPE.key]);
  });

  it('completes when the last analysis is out, and waits for the dispatcher to hear of the end', () => {
    const { source, push, take, events, lane, changes } = setUp({});
    push(0);
    const before = changes();
    source.complete();
    expect([changes() > before, lane.mayContribute(), events]).toEqual([true, false, []]);
    take().resolve(outcome());
    expect(events).toEqual(['0 analysed', 'complete']);
  });

  it('passes a failure of the source on behind the analyses of what it gave', () => {
    const { source, push, take, events } = setUp({});
    push(0);
    source.error(new Error('camera unplugged'));
    take().resolve(outcome());
    expect(events).toEqual(['0 analysed', 'camera unplugged']);
  });

  it('drops everything when nobody listens any more, and gives every credit back', () => {
    const gate = new CreditGate(8);
    const { source, subscription, push, take, events, lane } = setUp({ gate });
    push(0, 1, 2);
    const atWork = take();
    subscription.unsubscribe();
    expect(events).toEqual(['0 shutdown', '1 shutdown', '2 shutdown']);
    expect([gate.taken, lane.length, source.observed]).toEqual([0, 0, false]);
    atWork.resolve(outcome());
    expect(events).toHaveLength(3);
  });

  it('refuses a frame of another size than the model takes', () => {
    const { source, events } = setUp({});
    source.next({ ...frame(0), width: 319 });
    expect(events).toEqual([
      'frame is "319 x 256, 245760 bytes"; allowed: 320 x 256 RGB24, which model \'sample\' takes',
    ]);
  });
});
