import { SurgicamError } from '../../domain/errors.js';
import type { GraphEditor } from '../graph-editor.js';
import type { Attributes } from '../graph-elements.js';
import type { GraphView } from '../graph-view.js';
import type { NodeProto } from '../onnx-proto.js';
import { NodeArguments } from './node-arguments.js';
import type { KnownShapes, Shape } from './shape-task.js';

/** What the steps of one backward pass have in common. */
export interface GradientTape {
  readonly editor: GraphEditor;
  readonly view: GraphView;
  /** Whether a gradient by this tensor is on the way to the activation. */
  isWanted(tensor: string): boolean;
  /** The forward value of a tensor, one row for each row of the gradients. */
  saved(tensor: string): string;
  /** int64 [rank]: the sizes of `saved(tensor)`. */
  sizes(tensor: string): string;
  readonly shapes: KnownShapes;
}

/**
 * Gradients by a node's inputs, in their order; undefined for an input that gets none (a constant, a shape). A rule
 * may leave gradients out that nobody wants.
 */
export type GradientRule = (step: GradientStep) => readonly (string | undefined)[];

/** One node on the way back: what a rule knows, and the tools to write its gradient. */
export class GradientStep {
  readonly args: NodeArguments;

  constructor(
    readonly tape: GradientTape,
    readonly forward: NodeProto,
    /** By the node's outputs; undefined for an output that the logits do not depend on. */
    readonly gradients: readonly (string | undefined)[],
  ) {
    this.args = new NodeArguments(tape.view, forward, (tensor) => tape.shapes.sizes(tensor));
  }

  get opset(): number {
    return this.tape.editor.opset;
  }

  /** Gradient by the first output. */
  get gradient(): string {
    return this.gradients[0] ?? this.refuse('only its first output may be used');
  }

  /** Name of the forward tensor at an input; empty where it is left out. */
  input(index = 0): string {
    return this.forward.input?.[index] ?? '';
  }

  output(index = 0): string {
    return this.forward.output?.[index] ?? '';
  }

  /** Forward value at an input. */
  x(index = 0): string {
    return this.tape.saved(this.input(index));
  }

  /** Forward value at the first output. */
  y(): string {
    return this.tape.saved(this.output());
  }

  wants(index: number): boolean {
    return this.tape.isWanted(this.input(index));
  }

  /** Sizes of the tensor at an input. */
  shape(index = 0): Shape | undefined {
    return this.tape.shapes.of(this.input(index));
  }

  /** Axes as counted from 0. Error: invalid_argument when one is negative and the rank is not known. */
  axes(axes: readonly number[], shape: Shape | undefined): number[] {
    return axes.map((axis) => {
      if (axis >= 0) return axis;
      return shape === undefined
        ? this.refuse(`its axis ${axis} is counted from an unknown end`)
        : axis + shape.length;
    });
  }

  /** Appends a node with one output. */
  node(operator: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.tape.editor.node(operator, this.name(operator), inputs, attributes);
  }

  scalar(value: number): string {
    return this.tape.editor.scalar(this.name('Constant'), value);
  }

  floats(shape: readonly number[], values: Float32Array): string {
    return this.tape.editor.floats(this.name('Constant'), shape, values);
  }

  integers(...values: number[]): string {
    return this.tape.editor.integers(this.name('Sizes'), values);
  }

  /** The gradient where `condition` holds, 0 elsewhere: unlike a product this makes no NaN of an infinite value. */
  where(condition: string, gradient = this.gradient): string {
    return this.node('Where', [condition, gradient, this.scalar(0)]);
  }

  /** Error: invalid_argument that says what about this node is not known. */
  refuse(reason: string): never {
    throw new SurgicamError(
      'invalid_argument',
      `the gradient through operator '${this.forward.opType ?? ''}' (node '${nodeName(this.forward)}') is not known: ` +
        `${reason}; choose a later --target-layer`,
    );
  }

  private name(what: string): string {
    return `gradient.${nodeName(this.forward)}.${what.toLowerCase()}`;
  }
}

/** Exporters may leave nodes without a name; their output always has one. */
export function nodeName({ name, output }: NodeProto): string {
  return [name, output?.[0]].find((text) => text) ?? '';
}
