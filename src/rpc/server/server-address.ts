import { ServerCredentials } from '@grpc/grpc-js';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { SurgicamError } from '../../domain/errors.js';

/** Files in PEM. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface ServerAddress {
  /** Host name or IP address to listen on. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** If absent, the connection is not encrypted. */
  readonly tls?: TlsFiles;
  /** Allows unencrypted connections from other machines. */
  readonly insecure: boolean;
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatAddress({ host, port }: Pick<ServerAddress, 'host' | 'port'>): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Credentials to listen with. Refuses to show surgical video to a network in the clear unless that is asked for. */
export async function serverCredentials(address: ServerAddress): Promise<ServerCredentials> {
  if (address.tls !== undefined) return tlsCredentials(address.tls);
  if (!isLoopback(address.host) && !address.insecure) {
    throw new SurgicamError(
      'failed_precondition',
      `${address.host} can be reached from other machines and TLS is not configured; ` +
        'give a certificate and key, listen on 127.0.0.1, or allow it with --insecure',
      { violations: [{ field: 'host', description: 'must be a loopback address without TLS' }] },
    );
  }
  return ServerCredentials.createInsecure();
}

async function tlsCredentials({ certFile, keyFile }: TlsFiles): Promise<ServerCredentials> {
  const cert_chain = await readPem('tls.certFile', certFile);
  const private_key = await readPem('tls.keyFile', keyFile);
  try {
    return ServerCredentials.createSsl(null, [{ cert_chain, private_key }]);
  } catch (cause) {
    throw SurgicamError.invalidField('tls', certFile, 'a PEM certificate and its key', { cause });
  }
}

async function readPem(field: string, file: string): Promise<Buffer> {
  const content = await readFile(file).catch((cause: unknown) => {
    throw SurgicamError.invalidField(field, file, 'a file that can be read', { cause });
  });
  if (!content.includes('-----BEGIN ')) throw SurgicamError.invalidField(field, file, 'a file in PEM format');
  return content;
}

/** Whether only this machine can reach it. Other names than `localhost` may mean anything. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
