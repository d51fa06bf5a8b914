import { isIP } from 'node:net';

/** Whether only this machine can reach it. Other names than `localhost` may mean anything. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
