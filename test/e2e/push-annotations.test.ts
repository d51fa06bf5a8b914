import { status } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import {
  Annotate,
  SubscriptionConfiguration,
  type SubscribeResponse,
} from '../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { PushFormat } from '../../src/rpc/gen/surgicam/v1/feed.js';
import { PushHarness } from '../fixtures/push-harness.js';
import { valueOf } from '../fixtures/rpc-harness.js';
import { StreamProbe } from '../fixtures/stream-probe.js';

describe('a producer', () => {
  const harness = PushHarness.use();

  it('sees previews of its own video, and hears what a subscriber says about it', async () => {
    const picture = await sharp({ create: { width: 60, height: 48, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const source = { format: PushFormat.PICTURES, frameRate: 10 };
    const pushed = harness.push({ feedId: 'or-7', source, outputs: { preview: { maxWidth: 30 } } });
    await pushed.started();
    pushed.chunk(picture);
    const { sequence, preview } = await pushed.nextFrame();
    expect(await sharp(preview!.jpeg).metadata()).toMatchObject({ format: 'jpeg', width: 30, height: 24 });

    const call = harness.analysis.subscribe();
    const follower = new StreamProbe<SubscribeResponse>(call);
    call.write({
      request: { $case: 'configure', value: SubscriptionConfiguration.fromPartial({ feedId: 'or-7' }) },
    });
    const content = { $case: 'caption', value: 'red' } as const;
    call.write({ request: { $case: 'annotate', value: Annotate.fromPartial({ sequence, content }) } });
    const receipt = await follower.next((response) => valueOf('annotationReceipt', response));
    expect(receipt.subscriptions).toBe(1);
    const heard = await pushed.probe.next((response) => valueOf('annotation', response as SubscribeResponse));
    expect(heard).toMatchObject({ sequence, author: 'anonymous', content });
    pushed.call.end();
    expect(await pushed.probe.status).toMatchObject({ code: status.OK });
    expect(await follower.status).toMatchObject({ code: status.OK });
  });
});
