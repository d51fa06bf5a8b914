import type { Server } from '@grpc/grpc-js';

/**
 * Closes a server politely, then by force: `tryShutdown` alone waits for open streams for ever. Resolves when every
 * connection is closed.
 */
export async function shutDown(server: Server, graceMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, graceMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
