import type { Readable } from 'node:stream';
import zlib from 'node:zlib';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { SurgicamError } from '../domain/errors.js';

/** Node 20.9 has no `crc32`; there the archive's checksums go unchecked, as PyTorch itself leaves them. */
const crc32 = (zlib as { crc32?: typeof zlib.crc32 }).crc32;

/**
 * The zip file that `torch.save` writes: one folder with `data.pkl` (the object tree) and `data/<key>` (the raw
 * little-endian bytes of every storage). Entries are read one at a time, so memory stays at one tensor.
 */
export class TorchArchive {
  private constructor(
    private readonly file: string,
    private readonly zip: ZipFile,
    private readonly entries: ReadonlyMap<string, Entry>,
    private readonly root: string,
  ) {}

  /** Errors: not_found when there is no such file, invalid_argument when it is not a torch zip checkpoint. */
  static async open(file: string): Promise<TorchArchive> {
    const zip = await openZip(file);
    try {
      const entries = new Map<string, Entry>();
      for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
      const root = findRoot(file, [...entries.keys()]);
      const archive = new TorchArchive(file, zip, entries, root);
      await archive.checkByteOrder();
      return archive;
    } catch (error) {
      zip.close();
      throw damaged(file, error);
    }
  }

  /** The bytes of `<root>/<name>`, in an ArrayBuffer of their own so that typed arrays may view them. */
  async read(name: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const entry = this.entries.get(`${this.root}/${name}`);
    if (entry === undefined) {
      throw new SurgicamError('invalid_argument', `${this.file}: the archive has no entry '${name}'`);
    }
    if (entry.uncompressedSize > maxBytes) {
      throw new SurgicamError(
        'invalid_argument',
        `${this.file}: entry '${name}' holds ${entry.uncompressedSize} bytes; allowed: at most ${maxBytes}`,
      );
    }
    try {
      const bytes = await collect(await this.zip.openReadStreamPromise(entry), entry.uncompressedSize);
      if (crc32 !== undefined && crc32(bytes) !== entry.crc32) {
        throw new Error(`the checksum of entry '${name}' does not match its bytes`);
      }
      return bytes;
    } catch (error) {
      throw damaged(this.file, error);
    }
  }

  close(): void {
    this.zip.close();
  }

  private async checkByteOrder(): Promise<void> {
    if (!this.entries.has(`${this.root}/byteorder`)) return; // older torch: always little-endian
    const order = Buffer.from(await this.read('byteorder', 64)).toString('latin1');
    if (order !== 'little') {
      throw new SurgicamError(
        'invalid_argument',
        `${this.file}: byte order is '${order}'; allowed: little (save it again on such a machine)`,
      );
    }
  }
}

async function openZip(file: string): Promise<ZipFile> {
  try {
    return await openPromise(file, { autoClose: false });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw SurgicamError.notFound('checkpoint file', file);
    throw new SurgicamError(
      'invalid_argument',
      `${file} is not a PyTorch zip checkpoint, or it is cut short (${SurgicamError.from(error).message}). ` +
        'Checkpoints of torch older than 1.6 must be saved again with a newer torch.',
      { cause: error },
    );
  }
}

function findRoot(file: string, names: readonly string[]): string {
  const pickles = names.filter((name) => name.split('/').length === 2 && name.endsWith('/data.pkl'));
  const root = pickles[0]?.slice(0, -'/data.pkl'.length);
  if (root === undefined || pickles.length > 1) {
    throw new SurgicamError(
      'invalid_argument',
      `${file} is a zip file but not a PyTorch checkpoint: it has ${pickles.length} entries '<folder>/data.pkl'; allowed: 1`,
    );
  }
  if (names.includes(`${root}/constants.pkl`)) {
    throw new SurgicamError(
      'invalid_argument',
      `${file} is a TorchScript program, not a checkpoint; save the weights with torch.save(model.state_dict(), path)`,
    );
  }
  return root;
}

async function collect(stream: Readable, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes.set(chunk, offset); // yauzl ends the stream with an error when an entry is longer than it says
    offset += chunk.length;
  }
  if (offset !== size) throw new Error(`an entry ends after ${offset} of ${size} bytes`);
  return bytes;
}

function damaged(file: string, error: unknown): SurgicamError {
  if (error instanceof SurgicamError) return error;
  return new SurgicamError(
    'invalid_argument',
    `${file} is damaged: ${SurgicamError.from(error).message}; copy or save the checkpoint again`,
    { cause: error },
  );
}
