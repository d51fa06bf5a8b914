import type { GraphEditor } from './graph-editor.js';
import type { Attributes } from './graph-elements.js';

/** The operator set in which an operator's axes became an input; before it they are an attribute. */
const AXES_INPUT_SINCE = {
  ReduceSum: 13,
  Squeeze: 13,
  Unsqueeze: 13,
  ReduceMax: 18,
  ReduceMean: 18,
  ReduceMin: 18,
} as const;

export type AxesOperator = keyof typeof AXES_INPUT_SINCE;

/** Whether an operator takes its axes as an input in a set, or as an attribute. */
export function takesAxesAsInput(operator: AxesOperator, opset: number): boolean {
  return opset >= AXES_INPUT_SINCE[operator];
}

/** Adds a reduction over `axes` as the graph's operator set has it; returns the output's name. */
export function reduce(
  editor: GraphEditor,
  operator: Exclude<AxesOperator, 'Squeeze' | 'Unsqueeze'>,
  name: string,
  input: string,
  axes: readonly number[],
  keepAxes: boolean,
): string {
  return add(editor, operator, name, input, axes, { keepdims: keepAxes ? 1 : 0 });
}

/** Adds a Squeeze or Unsqueeze as the graph's operator set has it; returns the output's name. */
export function withAxes(
  editor: GraphEditor,
  operator: 'Squeeze' | 'Unsqueeze',
  name: string,
  input: string,
  axes: readonly number[],
): string {
  return add(editor, operator, name, input, axes, {});
}

function add(
  editor: GraphEditor,
  operator: AxesOperator,
  name: string,
  input: string,
  axes: readonly number[],
  attributes: Attributes,
): string {
  if (!takesAxesAsInput(operator, editor.opset))
    return editor.node(operator, name, [input], { ...attributes, axes });
  return editor.node(operator, name, [input, editor.integers(`${name}.axes`, axes)], attributes);
}
