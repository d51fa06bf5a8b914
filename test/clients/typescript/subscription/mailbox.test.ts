import { describe, expect, it } from '@jest/globals';
import { FrameAnalysis } from '../../../../clients/typescript/src/index.js';
import { Mailbox } from '../../../../clients/typescript/src/subscription/mailbox.js';
import type { SubscriptionEvent } from '../../../../clients/typescript/src/index.js';
import { Annotation } from '../../../../src/rpc/gen/surgicam/v1/analysis_service.js';

const analysis = (sequence: bigint): SubscriptionEvent => ({
  type: 'analysis',
  analysis: FrameAnalysis.fromPartial({ sequence }),
});

const annotation = (sequence: bigint): SubscriptionEvent => ({
  type: 'annotation',
  annotation: Annotation.fromPartial({ sequence }),
});

const skipped = (slowReader: bigint, stale = 0n): SubscriptionEvent => ({
  type: 'skipped',
  skipped: { slowReader, rateLimited: 0n, stale, annotations: 0n },
});

function taken(mailbox: Mailbox): SubscriptionEvent[] {
  const events: SubscriptionEvent[] = [];
  for (let event = mailbox.take(); event !== undefined; event = mailbox.take()) events.push(event);
  return events;
}

describe('a mailbox', () => {
  it('gives a fast reader everything as it came', () => {
    const mailbox = new Mailbox();
    const events = [analysis(0n), annotation(0n), skipped(2n), analysis(1n)];
    const seen = events.flatMap((event) => {
      mailbox.put(event);
      return taken(mailbox);
    });
    expect(seen).toEqual(events);
  });

  it('keeps the newest analysis, and adds what it left out to what the server did', () => {
    const mailbox = new Mailbox();
    for (const event of [analysis(0n), skipped(2n, 1n), analysis(3n), annotation(3n), analysis(4n)]) {
      mailbox.put(event);
    }
    expect(taken(mailbox)).toEqual([skipped(4n, 1n), annotation(3n), analysis(4n)]);
  });

  it('holds so many annotations, and counts those it lost', () => {
    const mailbox = new Mailbox();
    for (let sequence = 0n; sequence < 300n; sequence++) mailbox.put(annotation(sequence));
    const [lost, first, ...rest] = taken(mailbox);
    expect(lost).toMatchObject({ skipped: { annotations: 44n } });
    expect(first).toEqual(annotation(44n));
    expect(rest).toHaveLength(255);
  });
});
