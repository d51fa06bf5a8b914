import type { Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';

/** grpc.health.v1 for the whole server (the empty name) and for each of its services. */
export class Health {
  private readonly implementation: HealthImplementation;
  private readonly names: readonly string[];

  /** Not serving until told. */
  constructor(serviceNames: readonly string[]) {
    this.names = ['', ...serviceNames];
    this.implementation = new HealthImplementation();
    this.set('NOT_SERVING');
  }

  addTo(server: Server): void {
    this.implementation.addToServer(server);
  }

  set(status: 'SERVING' | 'NOT_SERVING'): void {
    for (const name of this.names) this.implementation.setStatus(name, status);
  }
}
