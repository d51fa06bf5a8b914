import { SurgicamError } from '../domain/errors.js';

/** Reads a pickle's arguments one after another. Reading past the end is an error, never an undefined. */
export class PickleCursor {
  private position = 0;
  private readonly bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  uint8(): number {
    return this.bytes.readUInt8(this.advance(1));
  }

  uint16(): number {
    return this.bytes.readUInt16LE(this.advance(2));
  }

  int32(): number {
    return this.bytes.readInt32LE(this.advance(4));
  }

  uint32(): number {
    return this.bytes.readUInt32LE(this.advance(4));
  }

  uint64(): number {
    const value = this.bytes.readBigUInt64LE(this.advance(8));
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.malformed('a length is not a safe integer');
    return Number(value);
  }

  /** Python writes floats big-endian. */
  float64(): number {
    return this.bytes.readDoubleBE(this.advance(8));
  }

  utf8(length: number): string {
    return this.raw(length).toString('utf8');
  }

  raw(length: number): Buffer {
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  /** Text up to the next line feed, which is consumed. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0) throw this.malformed('a line has no end');
    const text = this.utf8(end - this.position);
    this.advance(1);
    return text;
  }

  /** A little-endian two's complement integer; a number where it is safe, else a bigint. */
  integer(length: number): number | bigint {
    let value = 0n;
    const bytes = this.raw(length);
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    const signed = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  malformed(problem: string): SurgicamError {
    return new SurgicamError(
      'invalid_argument',
      `the checkpoint's pickle is malformed at byte ${this.position}: ${problem}`,
    );
  }

  private advance(length: number): number {
    const start = this.position;
    if (start + length > this.bytes.length) throw this.malformed('it ends early');
    this.position += length;
    return start;
  }
}
