import { experimental, type ServerCredentials } from '@grpc/grpc-js';
import { SurgicamError } from '../../domain/errors.js';
import type { Logger } from '../../observability/logger.js';
import { FileWatch } from './file-watch.js';
import { readTlsFiles, type TlsFiles, type TlsMaterial } from './tls-files.js';

/**
 * TLS whose files may change while it is in use: new connections get the new certificate, open ones go on. Files that
 * do not fit together, as in the middle of a replacement, change nothing but the log.
 */
export class ReloadingTls {
  readonly credentials: ServerCredentials;
  private readonly source: MaterialSource;
  private readonly watch: FileWatch;

  private constructor(
    private readonly files: TlsFiles,
    material: TlsMaterial,
    everyMs: number,
    private readonly logger: Logger,
  ) {
    this.source = new MaterialSource(material);
    // grpc-js declares the first two parameters in the wrong order: the identity comes first.
    this.credentials = experimental.createCertificateProviderServerCredentials(
      this.source,
      files.clientCaFile === undefined ? null : this.source,
      files.clientCaFile !== undefined && files.clientCertificates !== 'optional',
    );
    const { certFile, keyFile, clientCaFile } = files;
    const paths = clientCaFile === undefined ? [certFile, keyFile] : [certFile, keyFile, clientCaFile];
    this.watch = new FileWatch(paths, everyMs, () => this.reload());
  }

  /** Error: invalid_argument, naming the file that is no good. */
  static async open(files: TlsFiles, everyMs: number, logger: Logger): Promise<ReloadingTls> {
    const tls = new ReloadingTls(files, await readTlsFiles(files), everyMs, logger);
    await tls.watch.start();
    return tls;
  }

  close(): void {
    this.watch.stop();
  }

  private async reload(): Promise<void> {
    try {
      this.source.replace(await readTlsFiles(this.files));
      this.logger.info('the TLS files have changed; new connections use them');
    } catch (error) {
      const reason = SurgicamError.from(error).message;
      this.logger.error(
        { reason },
        'the TLS files have changed and cannot be used; those before stay in force',
      );
    }
  }
}

type IdentityListener = experimental.IdentityCertificateUpdateListener;
type CaListener = experimental.CaCertificateUpdateListener;

/** Tells grpc-js what to listen with, now and after a change. */
class MaterialSource implements experimental.CertificateProvider {
  private readonly identityListeners = new Set<IdentityListener>();
  private readonly caListeners = new Set<CaListener>();

  constructor(private material: TlsMaterial) {}

  replace(material: TlsMaterial): void {
    this.material = material;
    for (const listener of this.caListeners) this.tellCa(listener);
    for (const listener of this.identityListeners) this.tellIdentity(listener);
  }

  addIdentityCertificateListener(listener: IdentityListener): void {
    this.identityListeners.add(listener);
    // Not at once: the server that asks is not listening yet.
    process.nextTick(() => this.tellIdentity(listener));
  }

  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.identityListeners.delete(listener);
  }

  addCaCertificateListener(listener: CaListener): void {
    this.caListeners.add(listener);
    process.nextTick(() => this.tellCa(listener));
  }

  removeCaCertificateListener(listener: CaListener): void {
    this.caListeners.delete(listener);
  }

  private tellIdentity(listener: IdentityListener): void {
    const { certificate, key: privateKey } = this.material;
    listener({ certificate, privateKey });
  }

  private tellCa(listener: CaListener): void {
    const { clientCa } = this.material;
    listener(clientCa === undefined ? null : { caCertificate: clientCa });
  }
}
