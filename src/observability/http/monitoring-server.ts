import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SurgicamError } from '../../domain/errors.js';
import type { Logger } from '../logger.js';

/** What a page of the monitoring port says. */
export interface MonitoringPage {
  /** 200, or 503 where something is wrong. */
  readonly status: 200 | 503;
  readonly contentType: string;
  readonly body: string;
}

export interface MonitoringServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** By path, for example `/metrics`. */
  readonly pages: Readonly<Record<string, () => Promise<MonitoringPage> | MonitoringPage>>;
  readonly logger: Logger;
}

export interface MonitoringServer {
  readonly port: number;
  /** Resolves when the port is closed; requests that are being answered are cut off. */
  close(): Promise<void>;
}

/** Scrapers and probes send little and seldom; whoever does otherwise is cut off. */
const REQUEST_TIMEOUT_MS = 5_000;
const MAX_CONNECTIONS = 64;

/** A small HTTP server for scrapers and probes: GET and HEAD of fixed pages. Error: failed_precondition. */
export async function startMonitoringServer(options: MonitoringServerOptions): Promise<MonitoringServer> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('request', (request, response) => void answer(request, response, options));
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { pages, logger }: MonitoringServerOptions,
): Promise<void> {
  const path = (request.url ?? '/').replace(/\?.*$/, '');
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    send(response, 405, 'text/plain', 'only GET and HEAD\n', { allow: 'GET, HEAD' });
  } else if (page === undefined) {
    send(response, 404, 'text/plain', `there are ${Object.keys(pages).join(', ')}\n`);
  } else {
    try {
      const { status, contentType, body } = await page();
      send(response, status, contentType, request.method === 'HEAD' ? '' : body);
    } catch (error) {
      logger.error({ err: error, path }, 'a monitoring page failed');
      send(response, 500, 'text/plain', 'internal error; the log says more\n');
    }
  }
}

function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store', ...headers });
  response.end(body);
}

function listen(server: Server, { host, port }: MonitoringServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `monitoring cannot listen on ${host} port ${port}: ${cause.code ?? cause.message}; set monitoring.port to a free one, or 0`;
      reject(new SurgicamError('failed_precondition', message, { cause }));
    });
    server.listen(port, host, resolve);
  });
}
