import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { silentLogger } from '../../../src/observability/logger.js';
import { startFrameTracer } from '../../../src/observability/tracing/start-frame-tracer.js';
import { sampleAnalysis } from '../../fixtures/sample-analysis.js';

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: OtlpSpan['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

/** A collector on a free port. */
let collector: Server;
let endpoint: string;
let received: OtlpRequest[];
let paths: string[];

beforeEach(async () => {
  received = [];
  paths = [];
  collector = createServer((request, response) => {
    paths.push(`${request.method} ${request.url} ${request.headers['content-type']}`);
    void json(request).then((body) => {
      received.push(body as OtlpRequest);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces`;
});

afterEach(() => {
  collector.closeAllConnections();
  collector.close();
});

const start = (sampleRatio: number) => startFrameTracer({ endpoint, sampleRatio, logger: silentLogger() });

const spans = (): OtlpSpan[] =>
  received.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  );

/** A frame that was captured so long ago. */
function frameOf(agoMs: number, sequence = 7) {
  const capturedAtMonotonicMs = performance.now() - agoMs;
  return sampleAnalysis(
    {},
    {
      sequence,
      capturedAtMonotonicMs,
      capturedAtMs: performance.timeOrigin + capturedAtMonotonicMs,
      analyzedAtMonotonicMs: capturedAtMonotonicMs + 40,
      timing: { decodeUs: 3_000, queueUs: 5_000, inferenceUs: 30_000, explanationUs: 2_000 },
    },
  ).facts;
}

describe('FrameTracer', () => {
  it('sends one trace a frame, with what happened to it in its order', async () => {
    const tracer = await start(1);
    tracer!.published(frameOf(50));
    await tracer!.close();
    expect(paths).toEqual(['POST /v1/traces application/json']);
    expect(received[0]!.resourceSpans[0]!.resource.attributes).toContainEqual({
      key: 'service.name',
      value: { stringValue: 'surgicam' },
    });
    const root = spans().find(({ name }) => name === 'frame')!;
    const stages = spans().filter((span) => span !== root);
    expect(stages.map(({ name }) => name)).toEqual([
      'decode',
      'queue',
      'inference',
      'explanation',
      'publish',
    ]);
    for (const { traceId, parentSpanId } of stages)
      expect([traceId, parentSpanId]).toEqual([root.traceId, root.spanId]);
    const micros = ({ startTimeUnixNano, endTimeUnixNano }: OtlpSpan): number =>
      Number((BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1000n);
    const lengths = stages.slice(0, 4).map(micros);
    [3_000, 5_000, 30_000, 2_000].forEach((us, i) =>
      expect(Math.abs(lengths[i]! - us)).toBeLessThanOrEqual(2),
    );
    expect(micros(root)).toBeGreaterThanOrEqual(52_999);
    expect(root.attributes).toEqual(
      expect.arrayContaining([
        { key: 'surgicam.feed.id', value: { stringValue: 'or-1' } },
        { key: 'surgicam.frame.sequence', value: { intValue: 7 } },
        { key: 'surgicam.batch.size', value: { intValue: 2 } },
      ]),
    );
    const starts = stages.map((span) => BigInt(span.startTimeUnixNano));
    expect(starts).toEqual([...starts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
  });

  it('traces the share that is asked for', async () => {
    const half = await start(0.5);
    for (let i = 0; i < 400; i++) half!.published(frameOf(50, i));
    await half!.close();
    const frames = spans().filter(({ name }) => name === 'frame').length;
    // 400 throws of a coin are outside of it once in a thousand million times.
    expect(frames).toBeGreaterThan(140);
    expect(frames).toBeLessThan(260);
    const before = received.length;
    const none = await start(0);
    none!.published(frameOf(50));
    await none!.close();
    expect(received).toHaveLength(before);
  });

  it('is not there at all without an endpoint', async () => {
    expect(
      await startFrameTracer({ endpoint: null, sampleRatio: 1, logger: silentLogger() }),
    ).toBeUndefined();
  });

  it('says that nobody takes the traces, and goes on', async () => {
    collector.close();
    await once(collector, 'close');
    const tracer = await start(1);
    tracer!.published(frameOf(50));
    await expect(tracer!.close()).resolves.toBeUndefined();
  });
});
