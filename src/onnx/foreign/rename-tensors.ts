import { GRAPH_INPUTS, GRAPH_OUTPUTS } from '../graph-names.js';
import type { GraphProto, NodeProto } from '../onnx-proto.js';

const OURS: ReadonlySet<string> = new Set([
  ...Object.values(GRAPH_INPUTS),
  GRAPH_OUTPUTS.logits,
  GRAPH_OUTPUTS.gradcam,
  GRAPH_OUTPUTS.slfe,
  GRAPH_OUTPUTS.slfeCells,
]);

/** What the package's own part of the graph calls its tensors. */
const OUR_PREFIX = /^(frames|gradcam|slfe)\./;

/**
 * Tensors and nodes of a foreign graph whose names the package's own part needs get `network.` before them. Nothing else
 * changes, so that its feature maps keep the names their maker knows.
 */
export function makeRoomForOurNames(graph: GraphProto): GraphProto {
  const taken = new Set((graph.node ?? []).flatMap(({ name, output }) => [name ?? '', ...(output ?? [])]));
  for (const { name } of [...(graph.input ?? []), ...(graph.initializer ?? [])]) taken.add(name ?? '');
  const renamed = new Map<string, string>();
  for (const name of taken) {
    if (!OURS.has(name) && !OUR_PREFIX.test(name)) continue;
    let free = `network.${name}`;
    while (taken.has(free)) free = `network.${free}`;
    renamed.set(name, free);
  }
  return renameTensors(graph, renamed);
}

/** The graph with other names for tensors and nodes. */
export function renameTensors(graph: GraphProto, names: ReadonlyMap<string, string>): GraphProto {
  if (names.size === 0) return graph;
  const nameOf = (name: string): string => names.get(name) ?? name;
  const named = <T extends { name?: string | null }>(item: T): T => ({
    ...item,
    name: nameOf(item.name ?? ''),
  });
  const node = (graph.node ?? []).map((item): NodeProto => ({
    ...named(item),
    input: (item.input ?? []).map(nameOf),
    output: (item.output ?? []).map(nameOf),
  }));
  return {
    ...graph,
    node,
    initializer: (graph.initializer ?? []).map(named),
    input: (graph.input ?? []).map(named),
    output: (graph.output ?? []).map(named),
    valueInfo: (graph.valueInfo ?? []).map(named),
  };
}
