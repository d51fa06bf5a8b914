import type { MonitoringPage } from './monitoring-server.js';

/** Why the service is not ready, or that it is. */
export type ReadinessState = 'ready' | 'warming_up' | 'no_worker' | 'draining';

const REASONS: Readonly<Record<ReadinessState, string>> = {
  ready: 'ready',
  warming_up: 'no model has run its warm-up yet',
  no_worker: 'no inference worker is left; they are being started again',
  draining: 'the service is shutting down',
};

/** `/readyz`: whether calls can be served. */
export function readyPage(state: ReadinessState): MonitoringPage {
  return json(state === 'ready', { status: state, reason: REASONS[state] });
}

/** Beyond this the process is not slow but stuck, milliseconds. */
const LARGEST_LAG_MS = 5_000;

/** What `/healthz` judges by. */
export interface Vitals {
  /** The event loop's longest delay lately, milliseconds. */
  readonly eventLoopLagMs: number;
  /** How each inference worker is; `silent` ones do not answer any more. */
  readonly workers: readonly string[];
}

/** `/healthz`: whether the process works at all. 503 means that only a restart helps. */
export function healthPage({ eventLoopLagMs, workers }: Vitals): MonitoringPage {
  const problems = [
    ...(eventLoopLagMs > LARGEST_LAG_MS ? ['the event loop was blocked'] : []),
    ...(workers.length > 0 && workers.every((worker) => worker === 'silent')
      ? ['no inference worker answers']
      : []),
  ];
  const isWell = problems.length === 0;
  return json(isWell, {
    status: isWell ? 'ok' : 'failing',
    problems,
    eventLoopLagMs: Math.round(eventLoopLagMs),
    workers,
  });
}

function json(isGood: boolean, content: object): MonitoringPage {
  return {
    status: isGood ? 200 : 503,
    contentType: 'application/json',
    body: `${JSON.stringify(content)}\n`,
  };
}
