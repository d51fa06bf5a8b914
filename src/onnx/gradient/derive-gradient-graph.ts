import { SurgicamError } from '../../domain/errors.js';
import { axesOf, valueInfo, type Axis } from '../graph-elements.js';
import { GraphEditor } from '../graph-editor.js';
import { GRAPH_OUTPUTS } from '../graph-names.js';
import { GraphView, readGraph } from '../graph-view.js';
import { ModelProto, type GraphProto, type NodeProto } from '../onnx-proto.js';
import { dependentsOf, fixedTensors } from './dependence.js';
import { nodeName } from './gradient-step.js';
import { Shapes } from './shapes.js';
import { writeGradient } from './write-gradient.js';

/** Inputs and output of a gradient graph; M is free, one row for each frame and class that is asked for. */
export const GRADIENT_GRAPH = {
  /** float32 [M, C, h, w], the layer's value. */
  activation: 'activation',
  /** float32 [M, K], 1 at the class whose gradient is wanted and 0 elsewhere. */
  seeds: 'seeds',
  /** float32 [M, C, h, w]. */
  gradient: 'gradient',
} as const;

/**
 * The gradient of sum(seeds * logits) by a feature map of a model package, as a graph of its own that computes the
 * part of the network behind that layer forward and then backward. Rows do not mix as long as the network's do not.
 * Errors: invalid_argument for a layer that is no output of the graph, that the logits do not depend on or also go
 * past, and for an operator behind it whose gradient is not known.
 */
export function deriveGradientGraph(model: Uint8Array, layer: string): Uint8Array {
  const source = readGraph(model);
  const output = (source.graph.output ?? []).find(({ name }) => name === layer);
  if (output === undefined) {
    const names = (source.graph.output ?? []).map(({ name }) => name).join(', ');
    throw SurgicamError.invalidField('layer', layer, names);
  }
  const classes = logitsSize(source);
  const [, ...sizes] = axesOf(output).map((size, axis) => (size === '' ? `size${axis}` : size));
  const shape: readonly Axis[] = ['M', ...sizes];
  const graph = partBehind(source, layer);
  graph.input = [
    valueInfo(GRADIENT_GRAPH.activation, 'float32', shape),
    valueInfo(GRADIENT_GRAPH.seeds, 'float32', ['M', classes]),
  ];
  const { irVersion, opsetImport } = ModelProto.decode(model);
  const editor = new GraphEditor({ irVersion, opsetImport, graph });
  const view = new GraphView(graph, source.opset);
  const gradient = writeGradient(editor, view, {
    ...GRADIENT_GRAPH,
    logits: GRAPH_OUTPUTS.logits,
    seed: GRADIENT_GRAPH.seeds,
    shapes: new Shapes(view, new Map()),
  });
  editor.output(editor.node('Identity', GRADIENT_GRAPH.gradient, [gradient]), 'float32', shape);
  return editor.finish({ name: GRADIENT_GRAPH.gradient, prune: true });
}

function logitsSize({ graph }: GraphView): Axis {
  const logits = (graph.output ?? []).find(({ name }) => name === GRAPH_OUTPUTS.logits);
  if (logits === undefined) {
    throw new SurgicamError(
      'invalid_argument',
      `the graph has no output '${GRAPH_OUTPUTS.logits}'; import the model again`,
    );
  }
  return axesOf(logits)[1] ?? 'K';
}

/** The nodes and constants from the layer, which becomes the activation, to the logits. */
function partBehind(source: GraphView, layer: string): GraphProto {
  const behind = dependentsOf(source, layer);
  const fixed = fixedTensors(source);
  const needed = new Set<string>([GRAPH_OUTPUTS.logits]);
  const nodes: NodeProto[] = [];
  for (const node of [...source.nodes].reverse()) {
    const outputs = node.output ?? [];
    if (outputs.includes(layer) || !outputs.some((name) => needed.has(name))) continue;
    for (const name of node.input ?? []) {
      if (name === '') continue;
      if (!behind.has(name) && !fixed.has(name) && outputs.some((taker) => behind.has(taker))) {
        throw new SurgicamError(
          'invalid_argument',
          `the logits do not depend on '${layer}' alone: '${name}' goes past it into the ` +
            `${node.opType ?? ''} node '${nodeName(node)}'; choose a later --target-layer`,
        );
      }
      needed.add(name);
    }
    nodes.unshift(node);
  }
  const reserved = new Set<string>(Object.values(GRADIENT_GRAPH));
  const renamed = (name: string): string => {
    if (name === layer) return GRADIENT_GRAPH.activation;
    return reserved.has(name) ? `${name}.forward` : name;
  };
  return {
    node: nodes.map((node) => ({
      ...node,
      name: renamed(nodeName(node)),
      input: (node.input ?? []).map(renamed),
      output: (node.output ?? []).map(renamed),
    })),
    initializer: (source.graph.initializer ?? [])
      .filter(({ name }) => needed.has(name ?? ''))
      .map((tensor) => ({ ...tensor, name: renamed(tensor.name ?? '') })),
  };
}
