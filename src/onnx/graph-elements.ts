import { AttributeProto, TensorProto, type NodeAttribute, type ValueInfo } from './onnx-proto.js';

export type ElementType = 'float32' | 'uint8' | 'int64';

/** Integers become INT(S); a number that must be a FLOAT is given as `{ float }`. */
export type Attribute = number | readonly number[] | string | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

/** Size of an axis, or the name of a size that is known at run time only. */
export type Axis = number | string;

const ELEMENT_TYPES: Readonly<Record<ElementType, number>> = {
  float32: TensorProto.DataType.FLOAT,
  uint8: TensorProto.DataType.UINT8,
  int64: TensorProto.DataType.INT64,
};

/** ONNX's own code of an element type, for Cast. */
export function elementTypeCode(type: ElementType): number {
  return ELEMENT_TYPES[type];
}

export function attributeMessage(name: string, value: Attribute): NodeAttribute {
  const { INT, INTS, FLOAT, STRING } = AttributeProto.AttributeType;
  if (typeof value === 'number') return { name, type: INT, i: value };
  if (typeof value === 'string') return { name, type: STRING, s: Buffer.from(value) };
  if ('float' in value) return { name, type: FLOAT, f: value.float };
  return { name, type: INTS, ints: [...value] };
}

export function valueInfo(name: string, type: ElementType, axes: readonly Axis[]): ValueInfo {
  const dim = axes.map((axis) => (typeof axis === 'number' ? { dimValue: axis } : { dimParam: axis }));
  return { name, type: { tensorType: { elemType: ELEMENT_TYPES[type], shape: { dim } } } };
}

/** The sizes that an input or output declares; a free size is its name, or an empty text where it has none. */
export function axesOf({ type }: ValueInfo): Axis[] {
  return (type?.tensorType?.shape?.dim ?? []).map(({ dimParam, dimValue }) => {
    const size = Number(dimValue ?? 0);
    return size > 0 ? size : (dimParam ?? '');
  });
}
