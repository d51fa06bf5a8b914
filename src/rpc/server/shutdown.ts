import type { Server } from '@grpc/grpc-js';

/**
 * Closes a server politely, then by force: `tryShutdown` alone waits for open streams for ever. Resolves when every
 * connection is closed. Called when our own calls are over: a keepalive ping after grpc-js's graceful GOAWAY may cut off
 * calls in progress (grpc/grpc-node#3068).
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
