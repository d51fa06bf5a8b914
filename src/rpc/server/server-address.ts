import { isIP } from 'node:net';

export interface ServerAddress {
  /** Host name or IP address to listen on. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatAddress({ host, port }: ServerAddress): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
