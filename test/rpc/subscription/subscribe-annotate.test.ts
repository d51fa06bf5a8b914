import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Annotate } from '../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { eachHarness } from '../../fixtures/each-harness.js';
import { decodeDetails } from '../../fixtures/error-details.js';
import { keepingLogger } from '../../fixtures/log-lines.js';
import { RpcHarness, type Subscription } from '../../fixtures/rpc-harness.js';
import { ScriptedFeeds } from '../../fixtures/scripted-feeds.js';

let harness: RpcHarness;
const folder = eachHarness(['or-1', 'or-2'], (fresh) => (harness = fresh));
const others: RpcHarness[] = [];
afterEach(async () => {
  for (const other of others.splice(0)) await other.stop();
});

type Parts = Parameters<typeof Annotate.fromPartial>[0];

function say({ call }: Subscription, annotate: Parts): void {
  call.write({ request: { $case: 'annotate', value: Annotate.fromPartial(annotate) } });
}

const caption = (sequence: bigint, value: string): Parts => ({
  sequence,
  content: { $case: 'caption', value },
});

/** A subscription in force, of a feed that has had ten frames. */
async function following(feedId = 'or-1', at = harness): Promise<Subscription> {
  at.feeds.get(feedId).count({ framesDecoded: 10 });
  const subscription = at.subscribe({ feedId });
  await subscription.next('feedStateChange');
  return subscription;
}

const kinds = ({ probe }: Subscription) => probe.received.map(({ response }) => response?.$case);

describe('annotate', () => {
  it('reaches the other subscriptions of the feed, and nobody else', async () => {
    const [author, first, second] = [await following(), await following(), await following()];
    const elsewhere = await following('or-2');
    const before = Date.now();
    say(author, caption(9n, 'the duct is clipped'));
    const receipt = await author.next('annotationReceipt');
    expect(receipt).toMatchObject({ sequence: 9n, subscriptions: 2 });
    expect(receipt.receiveTime!.getTime()).toBeGreaterThanOrEqual(before);
    for (const reader of [first, second]) {
      expect(await reader.next('annotation')).toEqual({
        sequence: 9n,
        receiveTime: receipt.receiveTime,
        author: 'anonymous',
        content: { $case: 'caption', value: 'the duct is clipped' },
      });
    }
    say(first, caption(0n, 'seen'));
    expect((await author.next('annotation')).content).toEqual({ $case: 'caption', value: 'seen' });
    await elsewhere.next('heartbeat');
    expect(kinds(author).filter((kind) => kind === 'annotation')).toHaveLength(1);
    expect(kinds(elsewhere)).not.toContain('annotation');
    expect(harness.server.subscriptions.annotations).toEqual({ accepted: 2, delivered: 4, missed: 0 });
  });

  it('carries interaction graphs and typed text as they are', async () => {
    const [author, reader] = [await following(), await following()];
    const interaction = { tool: 'grasper', interaction: 'retracts', tissue: 'gallbladder', confidence: 0.5 };
    const value = { interactions: [interaction, { ...interaction, confidence: undefined }] };
    say(author, { content: { $case: 'interactionGraph', value } });
    expect((await reader.next('annotation')).content).toEqual({ $case: 'interactionGraph', value });
    const text = { mediaType: 'application/json', text: '{"phase": "dissection"}' };
    say(author, { content: { $case: 'typedText', value: text } });
    expect((await reader.next('annotation')).content).toEqual({ $case: 'typedText', value: text });
  });

  it('waits for a paused subscription as long as it is kept, and says how many were lost', async () => {
    const [author, reader] = [await following(), await following()];
    reader.call.write({ request: { $case: 'pause', value: {} } });
    while (!(await reader.next('heartbeat')).paused);
    harness.feeds.get('or-1').say(260, 'again');
    reader.call.write({ request: { $case: 'resume', value: {} } });
    const skipped = await reader.probe.next((response) => response.skipped);
    expect(skipped.annotations).toBe(4n);
    say(author, caption(1n, 'the end'));
    while ((await reader.next('annotation')).sequence !== 1n);
    expect(kinds(reader).filter((kind) => kind === 'annotation')).toHaveLength(257);
  });

  it('ends the call with INVALID_ARGUMENT for a frame to come', async () => {
    const author = await following();
    say(author, caption(10n, 'soon'));
    const end = await author.probe.status;
    expect(end.code).toBe(status.INVALID_ARGUMENT);
    expect(decodeDetails(end.metadata).badRequest?.fieldViolations[0]?.field).toBe('annotate.sequence');
  });

  it('ends the call with RESOURCE_EXHAUSTED above the rate, naming the limit and when to come back', async () => {
    const strict = await RpcHarness.start(folder, { limits: { maxAnnotationRate: 2 } }, new ScriptedFeeds());
    others.push(strict);
    strict.feeds.add('or-1');
    const [author, reader] = [await following('or-1', strict), await following('or-1', strict)];
    for (let i = 0; i < 3; i++) say(author, caption(0n, `number ${i}`));
    const end = await author.probe.status;
    expect(end.code).toBe(status.RESOURCE_EXHAUSTED);
    expect(end.details).toContain('maxAnnotationRate is 2 a second');
    expect(decodeDetails(end.metadata).retryInfo).toBeDefined();
    await reader.next('annotation');
    expect((await reader.next('annotation')).content?.value).toBe('number 1');
  });

  it('is audited, without a word of what was said', async () => {
    const { logger, lines } = keepingLogger();
    const audited = await RpcHarness.start(folder, { auditLogger: logger }, new ScriptedFeeds());
    others.push(audited);
    audited.feeds.add('or-1');
    const author = await following('or-1', audited);
    say(author, caption(4n, 'confidential'));
    await author.next('annotationReceipt');
    say(author, caption(99n, 'confidential'));
    await author.probe.status;
    const entries = lines.filter(({ action }) => action === 'Annotate');
    expect(entries.map(({ feed, sequence, outcome }) => [feed, sequence, outcome])).toEqual([
      ['or-1', '4', 'ok'],
      ['or-1', '99', 'invalid_argument'],
    ]);
    expect(JSON.stringify(lines)).not.toContain('confidential');
  });
});
