import { integersOf, type GraphView } from '../graph-view.js';
import { axesOf, type Axis } from '../graph-elements.js';
import { TensorProto, type NodeProto } from '../onnx-proto.js';
import { NodeArguments } from './node-arguments.js';
import { SHAPE_RULES } from './shape-rules.js';
import type { KnownShapes, Shape } from './shape-task.js';
import { SIZE_RULES } from './size-rules.js';

/** What is known of the sizes of a graph's tensors without running it. */
export class Shapes implements KnownShapes {
  readonly #shapes = new Map<string, Shape>();
  /** Values of tensors that hold sizes: what Shape gives, and what is computed from it. */
  readonly #sizes = new Map<string, Shape>();
  #unknown = 0;

  /** `known`: shapes that are given from outside; they win over what follows from the graph's inputs. */
  constructor(
    readonly view: GraphView,
    known: ReadonlyMap<string, Shape>,
  ) {
    for (const { name, dims } of view.graph.initializer ?? [])
      this.#shapes.set(name!, (dims ?? []).map(Number));
    for (const input of view.graph.input ?? []) {
      if (!this.#shapes.has(input.name!)) this.#shapes.set(input.name!, this.#named(axesOf(input)));
    }
    for (const [name, shape] of known) this.#shapes.set(name, shape);
    for (const node of view.nodes) this.#infer(node, known);
  }

  of(tensor: string): Shape | undefined {
    return this.#shapes.get(tensor);
  }

  sizes(tensor: string): Shape | undefined {
    const constant = this.view.constant(tensor);
    if (constant === undefined) return this.#sizes.get(tensor);
    return constant.dataType === TensorProto.DataType.INT64 ? integersOf(constant) : undefined;
  }

  unknown(): string {
    return `?${this.#unknown++}`;
  }

  #named(axes: Shape): Axis[] {
    return axes.map((axis) => (axis === '' ? this.unknown() : axis));
  }

  #infer(node: NodeProto, known: ReadonlyMap<string, Shape>): void {
    const { opType, output } = node;
    if (opType === 'Constant') {
      const value = this.view.constant(output![0]!);
      if (value !== undefined) this.#shapes.set(output![0]!, (value.dims ?? []).map(Number));
      return;
    }
    const task = {
      node,
      shapes: this,
      args: new NodeArguments(this.view, node, (tensor) => this.sizes(tensor)),
    };
    const sizes = SIZE_RULES.get(opType ?? '')?.(task);
    if (sizes !== undefined) this.#sizes.set(output![0]!, sizes);
    const shapes = SHAPE_RULES.get(opType ?? '')?.(task) ?? [];
    for (const [index, shape] of shapes.entries()) {
      const name = output?.[index];
      if (name && shape !== undefined && !known.has(name)) this.#shapes.set(name, shape);
    }
  }
}
