import type { Command } from 'commander';
import { createLogger } from '../../observability/logger.js';
import { startService } from '../compose-service.js';
import { configOf, withConfigFlags } from '../config-flags.js';
import { aborted, onStopRequest } from '../stop-signal.js';

/**
 * `surgicam serve`: the service, until SIGTERM or Ctrl-C; a second signal ends it at once. SIGHUP makes it look at the
 * model folders again.
 */
export function registerServe(program: Command): void {
  const command = program.command('serve').description('run the service');
  withConfigFlags(command, 'service').action(async () => {
    const config = await configOf(command, 'service');
    const logger = createLogger(config.log.level);
    const stop = onStopRequest();
    const service = await startService(config, logger);
    const reload = (): void => {
      service.reloadModels().catch((err: unknown) => logger.error({ err }, 'the models were not reloaded'));
    };
    process.on('SIGHUP', reload);
    try {
      await Promise.race([service.ready, aborted(stop.signal)]);
      await aborted(stop.signal);
    } finally {
      await service.stop();
      process.off('SIGHUP', reload);
      stop.release();
    }
    // The connection of a client that has stopped reading may outlive the server, and must not keep the process.
    process.exit();
  });
}
