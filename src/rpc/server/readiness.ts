import type { Logger } from '../../observability/logger.js';
import type { Health } from './health.js';

/** Whether calls can be served, kept in step with what health tells the world. */
export class Readiness {
  private isWarm = false;
  private hasWorkers = true;
  private isDraining = false;
  private serving = false;

  constructor(
    private readonly health: Pick<Health, 'set'>,
    private readonly logger: Logger,
  ) {}

  get isServing(): boolean {
    return this.serving;
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
    const serving = this.isWarm && this.hasWorkers && !this.isDraining;
    if (serving === this.serving) return;
    this.serving = serving;
    this.health.set(serving ? 'SERVING' : 'NOT_SERVING');
  }
}
