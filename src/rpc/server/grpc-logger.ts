import { setLogger } from '@grpc/grpc-js';
import type { Logger } from '../../observability/logger.js';

/** Sends what grpc-js itself has to say to our log. By default it writes plain lines to standard error. */
export function logGrpc(logger: Logger): void {
  const log = logger.child({ library: 'grpc-js' });
  setLogger({
    error: (...parts: unknown[]) => log.warn(parts.join(' ')), // what is an error is for us to say
    info: (...parts: unknown[]) => log.debug(parts.join(' ')),
    debug: (...parts: unknown[]) => log.debug(parts.join(' ')),
  });
}
