import type { Command } from 'commander';
import { DEFAULT_PORT } from '../../config/server-section.js';

/** How a command finds the service and proves who it is. */
export interface ConnectionFlags {
  readonly address: string;
  readonly tls?: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
  readonly tokenFile?: string;
}

/** Adds the flags that say where the service is and whom it is to believe. */
export function withConnectionFlags(command: Command): Command {
  return command
    .option('--address <host:port>', 'where the service is', `127.0.0.1:${DEFAULT_PORT}`)
    .option('--tls', 'encrypt, trusting the certificates this machine trusts')
    .option('--ca <pem>', 'encrypt, trusting this certificate authority')
    .option('--cert <pem>', 'encrypt, and show this certificate to the service')
    .option('--key <pem>', 'key of that certificate')
    .option('--token <text>', 'bearer token; others on this machine can see it, unlike SURGICAM_TOKEN')
    .option('--token-file <file>', 'file with the bearer token');
}
