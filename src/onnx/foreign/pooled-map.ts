import { attributesOf } from '../graph-view.js';
import type { NodeProto } from '../onnx-proto.js';
import { pooledChannels, type LinearForm } from './linear-form.js';

/** What an axis of a map stands for: `S` is rows and columns in one, `1` was pooled away. */
type AxisMeaning = 'N' | 'C' | 'H' | 'W' | 'S' | '1';

/** The feature map itself on its way to being averaged over all cells. */
export interface UnpooledMap {
  readonly kind: 'map';
  readonly axes: readonly AxisMeaning[];
  readonly dims: readonly number[];
}

const CELLS: readonly AxisMeaning[] = ['H', 'W', 'S'];

/** The map after an operator that moves axes about; undefined when it does something else. */
export function mapAfterMove(
  map: UnpooledMap,
  node: NodeProto,
  dims: readonly number[],
): UnpooledMap | undefined {
  const { axes } = map;
  if (node.opType === 'Transpose') {
    const perm = attributesOf(node).get('perm');
    const order = Array.isArray(perm)
      ? (perm as readonly number[])
      : axes.map((_, axis) => axes.length - 1 - axis);
    return { kind: 'map', axes: order.map((axis) => axes[axis]!), dims };
  }
  if (dims.join() === map.dims.join()) return map;
  return mapInRows(map, dims);
}

/** A Reshape that makes one axis of rows and columns: [N, C, h w] or [N, h w, C]; undefined for any other. */
function mapInRows({ axes, dims }: UnpooledMap, after: readonly number[]): UnpooledMap | undefined {
  const rows = axes.indexOf('H');
  if (rows < 0 || axes[rows + 1] !== 'W') return undefined;
  const joined = dims.toSpliced(rows, 2, dims[rows]! * dims[rows + 1]!);
  if (joined.join() !== after.join()) return undefined;
  return { kind: 'map', axes: axes.toSpliced(rows, 2, 'S'), dims: after };
}

/** The map averaged over these axes, which must be axes of cells; linear when that was all of them. */
export function averaged(
  { axes }: UnpooledMap,
  over: readonly number[],
  dims: readonly number[],
): UnpooledMap | LinearForm | undefined {
  const reduced = over.map((axis) => (axis < 0 ? axis + axes.length : axis));
  if (!reduced.every((axis) => CELLS.includes(axes[axis]!))) return undefined;
  const kept = dims.length === axes.length;
  const left = axes
    .map((meaning, axis): AxisMeaning => (reduced.includes(axis) ? '1' : meaning))
    .filter((meaning) => kept || meaning !== '1');
  if (left[0] !== 'N') return undefined;
  return left.some((meaning) => CELLS.includes(meaning))
    ? { kind: 'map', axes: left, dims }
    : pooledChannels(dims);
}

/** Whether an AveragePool takes the mean of all cells at once, or of one cell each. */
export function averagePoolOf(node: NodeProto, map: UnpooledMap): 'all' | 'each' | undefined {
  const attributes = attributesOf(node);
  const numbers = (name: string): readonly number[] => (attributes.get(name) ?? []) as readonly number[];
  const kernel = numbers('kernel_shape');
  const padding = attributes.get('auto_pad');
  const isPadded =
    numbers('pads').some((pad) => pad !== 0) || (typeof padding === 'string' && padding.startsWith('SAME'));
  if (isPadded || map.axes.join('') !== 'NCHW' || kernel.length !== 2) return undefined;
  if (kernel[0] === map.dims[2] && kernel[1] === map.dims[3]) return 'all';
  const strides = numbers('strides');
  return kernel.every((size) => size === 1) && strides.every((size) => size === 1) ? 'each' : undefined;
}
