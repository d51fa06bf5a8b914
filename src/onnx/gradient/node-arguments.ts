import type { Axis } from '../graph-elements.js';
import { attributesOf, floatsOf, type AttributeValue, type GraphView } from '../graph-view.js';
import type { NodeProto } from '../onnx-proto.js';

/** What a node is told beside its tensors. Some arguments moved from attributes to constant inputs over the years. */
export class NodeArguments {
  readonly #attributes: ReadonlyMap<string, AttributeValue>;

  constructor(
    private readonly view: GraphView,
    private readonly node: NodeProto,
    private readonly sizes: (tensor: string) => readonly Axis[] | undefined,
  ) {
    this.#attributes = attributesOf(node);
  }

  /** An INT or FLOAT attribute. */
  number(name: string, fallback: number): number {
    const value = this.#attributes.get(name);
    return typeof value === 'number' ? value : fallback;
  }

  text(name: string, fallback: string): string {
    const value = this.#attributes.get(name);
    return typeof value === 'string' ? value : fallback;
  }

  /** An INTS attribute, or else the int64 input at `index`; undefined where it is neither or not known beforehand. */
  list(name: string, index?: number): readonly number[] | undefined {
    const value = this.#attributes.get(name);
    if (Array.isArray(value)) return value as readonly number[];
    const sizes = index === undefined ? undefined : this.sizes(this.node.input?.[index] ?? '');
    return sizes?.every((size) => typeof size === 'number') ? sizes : undefined;
  }

  /** Whether an optional input is there. */
  has(index: number): boolean {
    return (this.node.input?.[index] ?? '') !== '';
  }

  /** A FLOAT attribute, or else the constant scalar input at `index`; undefined where it is neither. */
  scalar(name: string, index: number): number | undefined {
    const value = this.#attributes.get(name);
    if (typeof value === 'number') return value;
    const tensor = this.view.constant(this.node.input?.[index] ?? '');
    return tensor === undefined ? undefined : floatsOf(tensor)[0];
  }
}
