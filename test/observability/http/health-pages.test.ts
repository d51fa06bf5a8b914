import { describe, expect, it } from '@jest/globals';
import { healthPage, readyPage } from '../../../src/observability/http/health-pages.js';

describe('/readyz', () => {
  it('is 200 only when ready, and says why not', () => {
    expect(readyPage('ready').status).toBe(200);
    for (const state of ['warming_up', 'no_worker', 'draining'] as const) {
      const { status, body } = readyPage(state);
      expect([status, JSON.parse(body)]).toEqual([503, { status: state, reason: expect.any(String) }]);
    }
  });
});

describe('/healthz', () => {
  const vitals = { eventLoopLagMs: 12.4, workers: ['answers', 'busy'] };
  const problems = (page: { readonly body: string }) =>
    (JSON.parse(page.body) as { problems: string[] }).problems;

  it('tells the lag and how the workers are', () => {
    const { status, body, contentType } = healthPage(vitals);
    expect([status, contentType]).toEqual([200, 'application/json']);
    expect(JSON.parse(body)).toEqual({ status: 'ok', problems: [], ...vitals, eventLoopLagMs: 12 });
  });

  it('fails when the event loop is stuck', () => {
    const page = healthPage({ ...vitals, eventLoopLagMs: 6000 });
    expect([page.status, problems(page)]).toEqual([503, ['the event loop was blocked']]);
  });

  it('fails when no worker answers, not when one of them does or is on its way', () => {
    const page = healthPage({ ...vitals, workers: ['silent', 'silent'] });
    expect([page.status, problems(page)]).toEqual([503, ['no inference worker answers']]);
    for (const other of ['answers', 'busy', 'loading', 'restarting']) {
      expect(healthPage({ ...vitals, workers: ['silent', other] }).status).toBe(200);
    }
    expect(healthPage({ ...vitals, workers: [] }).status).toBe(200);
  });
});
