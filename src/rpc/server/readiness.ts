import type { ReadinessState } from '../../observability/http/health-pages.js';
import type { Logger } from '../../observability/logger.js';
import type { Health } from './health.js';

/** Whether calls can be served, kept in step with what health tells the world. */
export class Readiness {
  private isWarm = false;
  private hasWorkers = true;
  private isDraining = false;
  private told: ReadinessState = 'warming_up';

  constructor(
    private readonly health: Pick<Health, 'set'>,
    private readonly logger: Logger,
  ) {}

  get state(): ReadinessState {
    if (this.isDraining) return 'draining';
    if (!this.hasWorkers) return 'no_worker';
    return this.isWarm ? 'ready' : 'warming_up';
  }

  /** The first model has run. */
  warm(): void {
    this.isWarm = true;
    this.settle();
  }

  /** Whether there is a worker that can run a model. */
  workers(can: boolean): void {
    if (can === this.hasWorkers) return;
    this.hasWorkers = can;
    if (can) this.logger.info('an inference worker is there again');
    else this.logger.error('no inference worker is left; health is NOT_SERVING until one is there again');
    this.settle();
  }

  /** The end of serving. */
  drain(): void {
    this.isDraining = true;
    this.settle();
  }

  private settle(): void {
    const { told, state } = this;
    this.told = state;
    if ((state === 'ready') === (told === 'ready')) return;
    this.health.set(state === 'ready' ? 'SERVING' : 'NOT_SERVING');
  }
}
