import { SurgicamError } from '../domain/errors.js';
import { ModelProto, TensorProto, type ValueInfo } from './onnx-proto.js';

/** An input or output as the graph itself declares it. */
export interface TensorSignature {
  readonly name: string;
  /** Element type, for example `uint8` or `float32`. */
  readonly type: string;
  /** Sizes; a size that is free at run time has its name. */
  readonly axes: readonly (number | string)[];
}

export interface GraphSignature {
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];
}

/** What goes into a graph and comes out of it. Error: invalid_argument when the bytes are not an ONNX file. */
export function graphSignature(bytes: Uint8Array): GraphSignature {
  try {
    // A Buffer is decoded without copying the constants.
    const { graph } = ModelProto.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return { inputs: (graph?.input ?? []).map(signatureOf), outputs: (graph?.output ?? []).map(signatureOf) };
  } catch (error) {
    const { message } = SurgicamError.from(error);
    throw new SurgicamError('invalid_argument', `the file is not an ONNX graph: ${message}`, {
      cause: error,
    });
  }
}

function signatureOf({ name, type }: ValueInfo): TensorSignature {
  const tensor = type?.tensorType;
  return {
    name: name ?? '',
    type: elementType(tensor?.elemType ?? 0),
    axes: (tensor?.shape?.dim ?? []).map(({ dimParam, dimValue }) =>
      dimParam === undefined || dimParam === null || dimParam === '' ? Number(dimValue ?? 0) : dimParam,
    ),
  };
}

/** ONNX calls float32 FLOAT and float64 DOUBLE. */
function elementType(code: number): string {
  const name: string | undefined = TensorProto.DataType[code];
  if (name === undefined) return 'undefined';
  return { FLOAT: 'float32', DOUBLE: 'float64' }[name] ?? name.toLowerCase();
}
