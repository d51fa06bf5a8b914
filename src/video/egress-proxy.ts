import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { once } from 'node:events';
import { allowedAddresses, type AddressPolicy } from './address-policy.js';
import { SurgicamError } from '../domain/errors.js';

/** An HTTP proxy on loopback that connects only to where a source may. */
export interface EgressProxy {
  readonly url: string;
  /** Why it last refused a connection. */
  readonly refusal: SurgicamError | undefined;
  /** Cuts what is open. */
  close(): void;
}

/**
 * Checking a URL before ffmpeg opens it leaves out where ffmpeg goes then: a redirect, the segments of a playlist,
 * a name that resolves to something else a second time. So ffmpeg reads HTTP through this proxy, which resolves each
 * name once, checks all of its addresses, and connects to one of those it has checked.
 */
export async function startEgressProxy(policy: AddressPolicy): Promise<EgressProxy> {
  const open = new Set<Duplex>();
  let refusal: SurgicamError | undefined;
  const addressOf = async (host: string): Promise<string> => {
    try {
      const [address] = await allowedAddresses(host.replace(/^\[|\]$/g, ''), policy);
      return address ?? host;
    } catch (error) {
      refusal = SurgicamError.from(error);
      throw error;
    }
  };
  const server = createServer((incoming, outgoing) => {
    forward(incoming, outgoing, addressOf).catch(() => refuse(outgoing));
  });
  server.on('connection', (socket) => track(open, socket));
  server.on('connect', (incoming: IncomingMessage, client: Duplex, head: Buffer) => {
    tunnel(incoming, client, head, addressOf, open).catch(() => client.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get refusal() {
      return refusal;
    },
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

type AddressOf = (host: string) => Promise<string>;

/** `http:` comes as a request with the whole URL. */
async function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  addressOf: AddressOf,
): Promise<void> {
  const target = new URL(incoming.url ?? '');
  if (target.protocol !== 'http:') throw new TypeError('only http is forwarded');
  const headers = { ...incoming.headers };
  delete headers['proxy-connection'];
  delete headers['proxy-authorization'];
  const upstream = request({
    host: await addressOf(target.hostname),
    port: target.port === '' ? 80 : Number(target.port),
    method: incoming.method,
    path: `${target.pathname}${target.search}`,
    headers,
    agent: false,
  });
  upstream.on('response', (response) => {
    outgoing.writeHead(response.statusCode ?? 502, response.headers);
    // A stream that breaks off must break off here, too: an orderly end would be taken for the end of the file.
    response.on('error', () => outgoing.destroy()).on('aborted', () => outgoing.destroy());
    response.pipe(outgoing);
  });
  upstream.on('error', () => (outgoing.headersSent ? outgoing.destroy() : refuse(outgoing, 502)));
  outgoing.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
}

/** `https:` asks for a tunnel. */
async function tunnel(
  incoming: IncomingMessage,
  client: Duplex,
  head: Buffer,
  addressOf: AddressOf,
  open: Set<Duplex>,
): Promise<void> {
  client.on('error', () => client.destroy());
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(incoming.url ?? '') ?? [];
  const upstream = connect(Number(port), await addressOf(host));
  track(open, upstream);
  upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
  client.on('close', () => upstream.destroy());
  await once(upstream, 'connect');
  client.write('HTTP/1.1 200 Connection established\r\n\r\n');
  upstream.write(head);
  upstream.pipe(client);
  client.pipe(upstream);
}

function track(open: Set<Duplex>, socket: Duplex): void {
  open.add(socket);
  socket.on('close', () => open.delete(socket));
  socket.on('error', () => socket.destroy());
}

function refuse(outgoing: ServerResponse, status = 403): void {
  outgoing.writeHead(status).end();
}
