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
  model.graph = neededPart({ ...graph, output: kept });
  return ModelProto.encode(model).finish();
}

/** The nodes, constants and inputs that the graph's outputs need. */
export function neededPart(graph: GraphProto): GraphProto {
  const needed = new Set((graph.output ?? []).map(({ name }) => name ?? ''));
  const nodes: NodeProto[] = [];
  // Nodes stand in topological order, so one pass from the end meets every consumer before its producer.
  for (const node of [...(graph.node ?? [])].reverse()) {
    if (!(node.output ?? []).some((name) => needed.has(name))) continue;
    for (const name of tensorsTaken(node)) needed.add(name);
    nodes.push(node);
  }
  const isNeeded = ({ name }: { readonly name?: string | null }): boolean => needed.has(name ?? '');
  return {
    ...graph,
    node: nodes.reverse(),
    initializer: (graph.initializer ?? []).filter(isNeeded),
    input: (graph.input ?? []).filter(isNeeded),
    valueInfo: (graph.valueInfo ?? []).filter(isNeeded),
  };
}

/** A node's inputs, and what the graphs inside it (the branches of If, the body of Loop) take from around them. */
function tensorsTaken(node: NodeProto): string[] {
  const inner = (node.attribute ?? []).flatMap(({ g }) => g?.node ?? []).flatMap(tensorsTaken);
  return [...(node.input ?? []), ...inner].filter((name) => name !== '');
}

/** The classifier alone: logits, without anything of the explanation. */
export function bareClassifier(bytes: Uint8Array): Uint8Array {
  return pruneGraph(bytes, [GRAPH_OUTPUTS.logits]);
}
