import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import {
  AlreadyExistsError,
  connect,
  InvalidArgumentError,
  UnavailableError,
  type PushOptions,
  type SurgicamClient,
  type VideoChunk,
} from '../../../clients/typescript/src/index.js';
import { CLIP_FRAMES, PushHarness } from '../../fixtures/push-harness.js';
import { TcpProxy } from '../../fixtures/tcp-proxy.js';

describe('pushed video', () => {
  const harness = PushHarness.use();
  let client: SurgicamClient;
  beforeEach(() => {
    client = connect(harness.address);
  });
  afterEach(() => client.close());

  const clip = () => createReadStream(join(harness.media, 'clip.ts'), { highWaterMark: 4096 });

  const picture = (background: string) =>
    sharp({ create: { width: 32, height: 24, channels: 3, background } })
      .jpeg()
      .toBuffer();

  async function sequences(chunks: AsyncIterable<VideoChunk>, options: PushOptions): Promise<bigint[]> {
    const seen: bigint[] = [];
    for await (const { sequence } of client.analyzeStream(chunks, options)) seen.push(sequence);
    return seen;
  }

  it('of a file comes back as an analysis of every frame, in order', async () => {
    const kinds: string[] = [];
    const onEvent = ({ type }: { readonly type: string }): void => void kinds.push(type);
    const seen = await sequences(clip(), { format: 'mpeg-ts', boxes: true, onEvent });
    expect(seen).toEqual(Array.from({ length: CLIP_FRAMES }, (_, i) => BigInt(i)));
    expect(kinds.slice(0, 2)).toEqual(['started', 'feed-state']);
  });

  it('of pictures keeps the times that they came with', async () => {
    async function* pictures(): AsyncGenerator<VideoChunk> {
      yield { bytes: await picture('red'), mediaTimeUs: 5n };
      yield { bytes: await picture('blue'), mediaTimeUs: 70_000n };
    }
    const times: bigint[] = [];
    const pushed = client.analyzeStream(pictures(), { format: 'pictures', preview: { maxWidth: 16 } });
    for await (const { mediaTimeUs, preview } of pushed) {
      times.push(mediaTimeUs);
      expect(preview?.width).toBe(16);
    }
    expect(times).toEqual([5n, 70_000n]);
  });

  it('is a feed that others follow while it lasts', async () => {
    let follow: Promise<bigint[]> | undefined;
    async function* pictures(): AsyncGenerator<VideoChunk> {
      yield await picture('red');
      await new Promise<void>((resolve) => (goOn = resolve));
      yield await picture('blue');
    }
    let goOn = (): void => undefined;
    const follower = client.subscribe('or-1', {
      delivery: 'every-frame',
      onEvent: ({ type }) => {
        if (type === 'feed-state') goOn();
      },
    });
    const pushed = client.analyzeStream(pictures(), { format: 'pictures', feedId: 'or-1' });
    for await (const { sequence } of pushed) {
      if (sequence > 0n) continue;
      const taken = client.analyzeStream([], { format: 'pictures', feedId: 'or-1' });
      await expect(taken.events().next()).rejects.toThrow(AlreadyExistsError);
      follow = (async () => {
        const seen: bigint[] = [];
        for await (const analysis of follower) seen.push(analysis.sequence);
        return seen;
      })();
    }
    expect(await follow).toContain(1n);
  });

  it('that cannot be read, or is not described, is refused', async () => {
    const wrong = sequences(clip(), { format: 'mpeg-ts', frameRate: 25 });
    await expect(wrong).rejects.toMatchObject({
      fieldViolations: [{ field: 'configure.source.frame_rate' }],
    });
    const format = 'avi' as 'mp4';
    expect(() => client.analyzeStream([], { format })).toThrow(InvalidArgumentError);
  });

  it('ends with the error of its source, and quietly when it is closed', async () => {
    async function* broken(): AsyncGenerator<VideoChunk> {
      yield await picture('red');
      throw new Error('the camera is unplugged');
    }
    await expect(sequences(broken(), { format: 'pictures' })).rejects.toThrow('the camera is unplugged');
    const abort = new AbortController();
    const seen: bigint[] = [];
    const { signal } = abort;
    for await (const { sequence } of client.analyzeStream(clip(), { format: 'mpeg-ts', signal })) {
      seen.push(sequence);
      abort.abort();
    }
    expect(seen.length).toBeGreaterThanOrEqual(1);
    expect(seen.length).toBeLessThan(CLIP_FRAMES);
  });

  it('is not tried again when the connection is lost', async () => {
    const proxy = await TcpProxy.start(Number(harness.address.split(':')[1]));
    client.close();
    client = connect(proxy.address);
    const events = client.analyzeStream(clip(), { format: 'mpeg-ts' }).events();
    expect((await events.next()).value).toMatchObject({ type: 'started' });
    proxy.cut();
    const rest = (async () => {
      for (;;) if ((await events.next()).done === true) return;
    })();
    await expect(rest).rejects.toThrow(UnavailableError);
    await proxy.stop();
  });
});
