import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { SurgicamError } from '../../domain/errors.js';

/** Files in PEM. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** Authority of the clients' certificates. If absent, none is asked for. */
  readonly clientCaFile?: string;
  /** Whether a client without a certificate may connect. If absent, not. */
  readonly clientCertificates?: 'required' | 'optional';
}

/** What the files hold. */
export interface TlsMaterial {
  readonly certificate: Buffer;
  readonly key: Buffer;
  readonly clientCa?: Buffer;
}

/** Reads the files and proves that they fit together. Error: invalid_argument, naming the file. */
export async function readTlsFiles({ certFile, keyFile, clientCaFile }: TlsFiles): Promise<TlsMaterial> {
  const certificate = await readPem('tls.certFile', certFile);
  const key = await readPem('tls.keyFile', keyFile);
  try {
    createSecureContext({ cert: certificate, key });
  } catch (cause) {
    throw SurgicamError.invalidField('tls', certFile, 'a PEM certificate and its key', { cause });
  }
  if (clientCaFile === undefined) return { certificate, key };
  const clientCa = await readPem('tls.clientCaFile', clientCaFile);
  try {
    createSecureContext({ ca: clientCa });
    new X509Certificate(clientCa); // the context alone accepts anything
  } catch (cause) {
    throw SurgicamError.invalidField('tls.clientCaFile', clientCaFile, 'a PEM certificate', { cause });
  }
  return { certificate, key, clientCa };
}

async function readPem(field: string, file: string): Promise<Buffer> {
  const content = await readFile(file).catch((cause: unknown) => {
    throw SurgicamError.invalidField(field, file, 'a file that can be read', { cause });
  });
  if (!content.includes('-----BEGIN ')) throw SurgicamError.invalidField(field, file, 'a file in PEM format');
  return content;
}
