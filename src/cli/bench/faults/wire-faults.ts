import { status, type ServiceError } from '@grpc/grpc-js';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectHttp2, constants, type ClientHttp2Session } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { SurgicamError } from '../../../domain/errors.js';
import { AnalyzeImageRequest } from '../../../rpc/gen/surgicam/v1/analysis_service.js';
import { unary } from '../../client/unary.js';
import type { Arena } from './arena.js';
import { expectThat, within } from './expectations.js';
import type { Fault } from './fault.js';

const METHOD = '/surgicam.v1.AnalysisService/AnalyzeImage';

/** Raw bytes to the port; resolves with what came back when the service has closed the connection. */
async function talk({ service }: Arena, bytes: Uint8Array | string): Promise<string> {
  const [host, port] = splitAddress(service.address);
  const socket = connectTcp(port, host);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.end(bytes);
  await within(15_000, 'the service closes the connection', once(socket, 'close'));
  return Buffer.concat(chunks).toString('latin1');
}

function splitAddress(address: string): [host: string, port: number] {
  const at = address.lastIndexOf(':');
  return [address.slice(0, at), Number(address.slice(at + 1))];
}

async function withSession<T>(
  { service }: Arena,
  use: (session: ClientHttp2Session) => Promise<T>,
): Promise<T> {
  const session = connectHttp2(`http://${service.address}`);
  session.on('error', () => undefined);
  try {
    await within(5_000, 'a connection', once(session, 'connect'));
    return await use(session);
  } finally {
    session.destroy();
  }
}

function grpcStream(session: ClientHttp2Session) {
  const stream = session.request({
    [constants.HTTP2_HEADER_METHOD]: 'POST',
    [constants.HTTP2_HEADER_PATH]: METHOD,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.on('error', () => undefined);
  return stream;
}

export const WIRE_FAULTS: readonly Fault[] = [
  {
    name: 'undecodable-message',
    family: 'wire',
    does: 'bytes that are no message of the contract',
    async run({ client }) {
      const { analysis } = client;
      const garbage = Buffer.from('ffffffffffffffffffff', 'hex');
      const error = await new Promise<ServiceError | null>((resolve) => {
        const same = (bytes: Buffer): Buffer => bytes;
        analysis.makeUnaryRequest(METHOD, same, same, garbage, (failure) => resolve(failure));
      });
      expectThat(error?.code === status.INVALID_ARGUMENT, `it was answered with ${error?.code}`);
      return { observed: `INVALID_ARGUMENT: ${error.details}` };
    },
  },
  {
    name: 'oversized-message',
    family: 'wire',
    does: 'a picture of 32 MB, twice the limit of a message',
    async run({ client: { address, analysis } }) {
      const request = AnalyzeImageRequest.fromPartial({ image: Buffer.alloc(32 << 20) });
      const failure = await unary(address, analysis.analyzeImage.bind(analysis), request).then(
        () => undefined,
        (error: unknown) => SurgicamError.from(error),
      );
      expectThat(failure?.code === 'resource_exhausted', `it was answered with ${failure?.code}`);
      return { observed: `RESOURCE_EXHAUSTED: ${failure.message}` };
    },
  },
  {
    name: 'random-tcp',
    family: 'wire',
    does: '64 kB of random bytes to the port',
    async run(arena) {
      await talk(arena, randomBytes(64 << 10));
      return { observed: 'the connection was closed' };
    },
  },
  {
    name: 'http1',
    family: 'wire',
    does: 'an HTTP/1.1 request to the port',
    async run(arena) {
      const answer = await talk(arena, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      expectThat(!/\bat .*:\d+:\d+/.test(answer), 'the answer holds a stack trace');
      return { observed: `closed after ${answer.length} bytes` };
    },
  },
  {
    name: 'rapid-reset',
    family: 'wire',
    does: '5,000 streams that are opened and reset at once (CVE-2023-44487)',
    async run(arena) {
      const startedMs = performance.now();
      await withSession(arena, async (session) => {
        for (let i = 0; i < 5000 && !session.destroyed && !session.closed; i++) {
          grpcStream(session).close(constants.NGHTTP2_CANCEL);
          if (i % 100 === 0) await new Promise<void>((resolve) => setImmediate(resolve));
        }
      });
      await arena.serves();
      return { observed: 'others are served', recoveryMs: performance.now() - startedMs };
    },
  },
  {
    name: 'reset-in-call',
    family: 'wire',
    does: 'the connection is lost in the middle of a request',
    async run(arena) {
      for (let i = 0; i < 20; i++) {
        await withSession(arena, (session) => {
          grpcStream(session).write(Buffer.from([0, 0, 1, 0, 0, 1, 2, 3]));
          return Promise.resolve();
        });
      }
      return { observed: '20 half requests are forgotten' };
    },
  },
];
