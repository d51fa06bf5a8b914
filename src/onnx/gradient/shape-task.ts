import type { Axis } from '../graph-elements.js';
import type { GraphView } from '../graph-view.js';
import type { NodeProto } from '../onnx-proto.js';
import type { NodeArguments } from './node-arguments.js';

/** Sizes of a tensor: numbers, or names of sizes that are known at run time only. Equal names are equal sizes. */
export type Shape = readonly Axis[];

/** What is known so far. */
export interface KnownShapes {
  readonly view: GraphView;
  /** Undefined where not even the number of axes is known. */
  of(tensor: string): Shape | undefined;
  /** The elements of an int64 tensor; undefined where not even their number is known. */
  sizes(tensor: string): Shape | undefined;
  /** Name for a size that equals no other one as far as is known. */
  unknown(): string;
}

/** A node whose outputs' shapes are asked for. */
export interface ShapeTask {
  readonly node: NodeProto;
  readonly shapes: KnownShapes;
  readonly args: NodeArguments;
}
