import { afterEach, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { once } from 'node:events';
import {
  startMonitoringServer,
  type MonitoringPage,
  type MonitoringServer,
} from '../../../src/observability/http/monitoring-server.js';
import { silentLogger } from '../../../src/observability/logger.js';
import { errorOf } from '../../fixtures/errors.js';

const servers: MonitoringServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(pages: Record<string, () => Promise<MonitoringPage> | MonitoringPage>, port = 0) {
  const server = await startMonitoringServer({ host: '127.0.0.1', port, pages, logger: silentLogger() });
  servers.push(server);
  return server;
}

const get = (server: MonitoringServer, path: string, method = 'GET') =>
  fetch(`http://127.0.0.1:${server.port}${path}`, { method });

const page = (status: 200 | 503, body: string): MonitoringPage => ({
  status,
  body,
  contentType: 'text/plain',
});

describe('the monitoring server', () => {
  it('serves its pages with their status, and no others', async () => {
    const server = await start({
      '/good': () => page(200, 'yes'),
      '/bad': () => Promise.resolve(page(503, 'no')),
    });
    const good = await get(server, '/good?from=probe');
    expect([good.status, await good.text(), good.headers.get('content-type')]).toEqual([
      200,
      'yes',
      'text/plain',
    ]);
    const bad = await get(server, '/bad');
    expect([bad.status, await bad.text()]).toEqual([503, 'no']);
    for (const path of ['/', '/good/', '/constructor', '/__proto__', '/../good%00']) {
      const other = await get(server, path);
      expect([other.status, await other.text()]).toEqual([404, 'there are /good, /bad\n']);
    }
  });

  it('answers HEAD without a body and refuses to be written to', async () => {
    const server = await start({ '/good': () => page(200, 'yes') });
    const head = await get(server, '/good', 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
    const post = await get(server, '/good', 'POST');
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('keeps what went wrong in a page to the log', async () => {
    const server = await start({ '/broken': () => Promise.reject(new Error('/secret/path')) });
    const broken = await get(server, '/broken');
    expect([broken.status, await broken.text()]).toEqual([500, 'internal error; the log says more\n']);
    expect((await get(server, '/broken')).status).toBe(500);
  });

  it('says when its port is taken', async () => {
    const { port } = await start({});
    const error = await errorOf(() => start({}, port));
    expect([error.code, error.message]).toEqual([
      'failed_precondition',
      `monitoring cannot listen on 127.0.0.1 port ${port}: EADDRINUSE; set monitoring.port to a free one, or 0`,
    ]);
  });

  it('closes although somebody holds a connection', async () => {
    const server = await start({});
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    await server.close();
    await closed;
    expect(socket.destroyed).toBe(true);
  });
});
