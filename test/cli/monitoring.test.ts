import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { CliProcess, runCli } from '../fixtures/cli.js';
import { parseSamples, sampleValue } from '../fixtures/prometheus-text.js';
import { writeSmallPackage } from '../fixtures/small-package.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const models = temporaryFolder();
beforeAll(() => writeSmallPackage(join(models, 'small')), 60_000);

const started: CliProcess[] = [];
afterEach(async () => {
  for (const cli of started) cli.kill('SIGKILL');
  await Promise.all(started.splice(0).map(({ finished }) => finished));
});

/** A service with the monitoring port, at once when that is open. */
async function serve() {
  const cli = new CliProcess([
    ...['serve', '--port', '0', '--models', models, '--providers', 'cpu'],
    ...['--monitoring', '--monitoring-port', '0'],
  ]);
  started.push(cli);
  const [, monitor = ''] = await cli.waitFor(/"address":"([^"]+)","msg":"metrics and probes"/);
  return { cli, get: (path: string) => fetch(`http://${monitor}${path}`) };
}

describe('surgicam serve --monitoring', () => {
  it('is alive from the beginning, and ready when the model is warm', async () => {
    const { cli, get } = await serve();
    const early = await get('/readyz');
    const { status } = (await early.json()) as { status: string };
    expect([503, 200][['warming_up', 'ready'].indexOf(status)]).toBe(early.status);
    expect((await get('/healthz')).status).toBe(200);
    await cli.waitFor(/"msg":"serving"/);
    const ready = await get('/readyz');
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', reason: 'ready' }]);
    const health = (await (await get('/healthz')).json()) as { workers: string[] };
    expect(new Set(health.workers)).toEqual(new Set(['answers']));
    cli.kill('SIGTERM');
    expect((await cli.finished).code).toBe(0);
    await expect(get('/healthz')).rejects.toThrow();
  });

  it('does not start without its port, and says so', async () => {
    const { cli, get } = await serve();
    await cli.waitFor(/"msg":"serving"/);
    const { port } = new URL((await get('/readyz')).url);
    const second = await runCli([
      ...['serve', '--port', '0', '--models', models, '--providers', 'cpu'],
      ...['--monitoring', '--monitoring-port', port],
    ]);
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringContaining(`monitoring cannot listen on 127.0.0.1 port ${port}: EADDRINUSE`),
    ]);
  });

  it('counts what its feeds and subscribers do', async () => {
    const { cli, get } = await serve();
    const [, address = ''] = await cli.waitFor(/"address":"([^"]+)".*"msg":"serving"/);
    const source = 'phantom://?seed=3&width=160&height=120';
    const added = await runCli([
      'feed',
      'add',
      'or-1',
      source,
      '--pacing',
      'every-frame',
      '--address',
      address,
    ]);
    expect(added.code).toBe(0);
    const follower = new CliProcess(['subscribe', 'or-1', '--address', address]);
    started.push(follower);
    await follower.waitFor(/"sequence"|or-1|#/);
    const scrape = await get('/metrics');
    expect(scrape.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await scrape.text();
    const feed = { feed: 'or-1' };
    const decoded = sampleValue(text, 'surgicam_frames_decoded_total', feed);
    const analyzed = sampleValue(text, 'surgicam_frames_analyzed_total', feed);
    expect(analyzed).toBeGreaterThan(0);
    expect(decoded).toBeGreaterThanOrEqual(analyzed);
    expect(sampleValue(text, 'surgicam_frame_latency_seconds_count', feed)).toBe(analyzed);
    expect(sampleValue(text, 'surgicam_inference_duration_seconds_count', { model: 'small' })).toBe(analyzed);
    expect(sampleValue(text, 'surgicam_batch_size_sum')).toBeGreaterThanOrEqual(analyzed);
    expect(sampleValue(text, 'surgicam_subscribers', feed)).toBe(1);
    expect(sampleValue(text, 'surgicam_feed_state', { ...feed, state: 'live' })).toBe(1);
    expect(sampleValue(text, 'surgicam_model_info', { model: 'small', provider: 'cpu' })).toBe(1);
    expect(sampleValue(text, 'surgicam_ready')).toBe(1);
    expect((await runCli(['feed', 'remove', 'or-1', '--address', address])).code).toBe(0);
    const after = parseSamples(await (await get('/metrics')).text());
    expect(after.filter(({ labels }) => labels.feed === 'or-1')).toEqual([]);
  });
});
