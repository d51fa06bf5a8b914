import { SurgicamError } from '../domain/errors.js';
import type { Numbers, StorageType } from './storage-types.js';

/** A run of numbers in the archive: the entry `data/<key>`. */
export class StorageReference {
  constructor(
    readonly type: StorageType,
    readonly key: string,
    readonly elements: number,
  ) {}
}

/** A tensor of the checkpoint, not yet read: a strided view of a storage. Strides and offset are in elements. */
export class TensorReference {
  constructor(
    readonly storage: StorageReference,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {
    if (shape.length !== strides.length) {
      throw new SurgicamError(
        'invalid_argument',
        `a tensor has ${shape.length} axes but ${strides.length} strides`,
      );
    }
    const last = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, offset);
    if (this.size > 0 && (last >= storage.elements || this.size > storage.elements)) {
      throw new SurgicamError(
        'invalid_argument',
        `a tensor of shape [${shape.join(', ')}] reaches beyond the ${storage.elements} elements of its storage`,
      );
    }
  }

  get size(): number {
    return this.shape.reduce((product, size) => product * size, 1);
  }

  /** The tensor's numbers in row-major order, out of the bytes of its whole storage. */
  values(bytes: Uint8Array<ArrayBuffer>): Numbers {
    const { type, elements } = this.storage;
    if (type.decode === undefined) {
      throw new SurgicamError(
        'invalid_argument',
        `a weight is a ${type.name}; allowed: floating point storages`,
      );
    }
    if (bytes.length !== elements * type.bytesPerElement) {
      throw new SurgicamError(
        'invalid_argument',
        `storage '${this.storage.key}' has ${bytes.length} bytes; ${elements} elements of ${type.name} need ${elements * type.bytesPerElement}`,
      );
    }
    const all = type.decode(bytes);
    if (this.isContiguous()) return all.subarray(this.offset, this.offset + this.size);
    return this.gather(all);
  }

  private isContiguous(): boolean {
    let expected = 1;
    for (let axis = this.shape.length - 1; axis >= 0; axis--) {
      if (this.shape[axis] !== 1 && this.strides[axis] !== expected) return false;
      expected *= this.shape[axis]!;
    }
    return true;
  }

  private gather(all: Numbers): Float64Array {
    const result = new Float64Array(this.size);
    const index = this.shape.map(() => 0);
    let source = this.offset;
    for (let target = 0; target < result.length; target++) {
      result[target] = all[source]!;
      for (let axis = index.length - 1; axis >= 0; axis--) {
        index[axis]!++;
        source += this.strides[axis]!;
        if (index[axis]! < this.shape[axis]!) break;
        source -= this.strides[axis]! * this.shape[axis]!;
        index[axis] = 0;
      }
    }
    return result;
  }
}
