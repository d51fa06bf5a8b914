import { attributesOf } from '../graph-view.js';
import { TensorProto, type ModelMessage, type NodeProto } from '../onnx-proto.js';
import { constantIntegers } from './constants.js';
import { viewOf } from './foreign-network.js';
import type { Shapes } from './measure-shapes.js';
import type { PreparedNetwork } from './prepare-network.js';

/**
 * A network that was exported for one picture has that one written into its Reshapes. Where a Reshape's input has one
 * picture too, the 1 is replaced by 0, ONNX's "as it was", which is the same for one picture. That nothing else holds
 * the number, the comparison of a batch with single pictures shows in the end.
 */
export function freeBatch(network: PreparedNetwork, shapes: Shapes): PreparedNetwork {
  const { model, opset, input, size } = network;
  const view = viewOf(model, opset);
  const added: NonNullable<NonNullable<ModelMessage['graph']>['initializer']> = [];
  const sizesOf = (tensor: string): readonly number[] | undefined =>
    tensor === input.name ? [1, 3, size.height, size.width] : shapes.get(tensor);
  const node = view.nodes.map((candidate, index): NodeProto => {
    const [tensor = '', shape = ''] = candidate.input ?? [];
    if (candidate.opType !== 'Reshape' || attributesOf(candidate).get('allowzero') === 1) return candidate;
    const wanted = constantIntegers(view, shape);
    if (wanted?.[0] !== 1 || sizesOf(tensor)?.[0] !== 1) return candidate;
    const name = `${shape} for any batch ${index}`;
    const rawData = new Uint8Array(BigInt64Array.from([0, ...wanted.slice(1)], BigInt).buffer);
    added.push({ name, dims: [wanted.length], dataType: TensorProto.DataType.INT64, rawData });
    return { ...candidate, input: [tensor, name] };
  });
  if (added.length === 0) return network;
  const graph = { ...model.graph, node, initializer: [...(model.graph!.initializer ?? []), ...added] };
  return { ...network, model: { ...model, graph } };
}
