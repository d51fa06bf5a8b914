import { SurgicamError } from '../../domain/errors.js';
import { GraphView } from '../graph-view.js';
import { ModelProto } from '../onnx-proto.js';
import { neededPart } from '../prune-graph.js';
import { QdqWriter } from './qdq-writer.js';
import { planQuantization, type QuantizationPlan } from './quantizable.js';
import type { QuantizeGraphOptions } from './quantize-options.js';

/** The first operator set in which weights have a scale for every channel. */
const OPSET = 13;

/** Error: invalid_argument for a graph that cannot be quantized. */
export function openForQuantization(
  bytes: Uint8Array,
  floatLayers?: ReadonlySet<string>,
): { view: GraphView; plan: QuantizationPlan } {
  const model = ModelProto.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const opset = Number(model.opsetImport.find(({ domain }) => !domain)?.version ?? 0);
  if (opset < OPSET) throw SurgicamError.invalidField('operator set', opset, `${OPSET} or newer`);
  const view = new GraphView(model.graph ?? {}, opset);
  const plan = planQuantization(view, floatLayers);
  if (plan.convolutions.length === 0) {
    throw new SurgicamError('invalid_argument', 'the graph has no convolution with constant float32 weights');
  }
  return { view, plan };
}

/**
 * The same graph with QuantizeLinear and DequantizeLinear around its convolutions and residual sums, which a runtime
 * fuses to integer operators: uint8 activations, int8 weights with a scale an output channel, int32 biases. Names of
 * inputs and outputs stay. Error: invalid_argument for a graph that cannot be quantized.
 */
export function quantizeGraph(bytes: Uint8Array, options: QuantizeGraphOptions): Uint8Array {
  const model = ModelProto.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const { view, plan } = openForQuantization(bytes, options.floatLayers);
  const { nodes, initializers } = new QdqWriter(view, plan, options).write();
  const initializer = [...(view.graph.initializer ?? []), ...initializers];
  const graph = neededPart({ ...view.graph, node: nodes, initializer, valueInfo: [] });
  return ModelProto.encode(Object.assign(model, { graph })).finish();
}
