import { SurgicamError } from '../domain/errors.js';
import { GRAPH_OUTPUTS } from './graph-names.js';
import { ModelProto, type GraphProto, type NodeProto } from './onnx-proto.js';

/**
 * The same model reduced to the nodes, constants and inputs that `outputs` need; `outputs` are in the order given.
 * Error: invalid_argument for an output that the graph does not have.
 */
export function pruneGraph(bytes: Uint8Array, outputs: readonly string[]): Uint8Array {
  // A Buffer is decoded without copying the constants.
  const model = ModelProto.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const graph: GraphProto = model.graph ?? {};
  const existing = graph.output ?? [];
  const kept = outputs.map((name) => {
    const output = existing.find((candidate) => candidate.name === name);
    if (output === undefined) {
      throw SurgicamError.invalidField(
        'outputs',
        name,
        existing.map((candidate) => candidate.name).join(', '),
      );
    }
    return output;
  });
  const needed = new Set(outputs);
  const nodes: NodeProto[] = [];
  // Nodes stand in topological order, so one pass from the end meets every consumer before its producer.
  for (const node of [...(graph.node ?? [])].reverse()) {
    if (!(node.output ?? []).some((name) => needed.has(name))) continue;
    for (const name of node.input ?? []) needed.add(name);
    nodes.unshift(node);
  }
  const isNeeded = ({ name }: { readonly name?: string | null }): boolean => needed.has(name ?? '');
  model.graph = {
    ...graph,
    node: nodes,
    initializer: (graph.initializer ?? []).filter(isNeeded),
    input: (graph.input ?? []).filter(isNeeded),
    output: kept,
    valueInfo: (graph.valueInfo ?? []).filter(isNeeded),
  };
  return ModelProto.encode(model).finish();
}

/** The classifier alone: logits, without anything of the explanation. */
export function bareClassifier(bytes: Uint8Array): Uint8Array {
  return pruneGraph(bytes, [GRAPH_OUTPUTS.logits]);
}
