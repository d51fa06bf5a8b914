import { SurgicamError } from '../../domain/errors.js';
import type { GraphEditor } from '../graph-editor.js';
import type { GraphView } from '../graph-view.js';
import { differentiableBy, fixedTensors } from './dependence.js';
import { GRADIENT_RULES } from './gradient-rules.js';
import { GradientStep, type GradientTape } from './gradient-step.js';
import type { Shapes } from './shapes.js';

export interface GradientRequest {
  /** Tensor that the gradient is taken by, any shape. */
  readonly activation: string;
  readonly logits: string;
  /** Tensor of the logits' shape in the edited graph: the gradient by the logits to begin with. */
  readonly seed: string;
  readonly shapes: Shapes;
  /** Name of the forward value of a tensor that varies, one row for each row of the seed. If absent, the tensor's own. */
  readonly saved?: (tensor: string) => string;
  /** int64 [rank]: the sizes of `saved(tensor)`. If absent, the tensor's own. */
  readonly sizes?: (tensor: string) => string;
}

/**
 * Appends the vector-Jacobian product seed' dz/dA of the graph that `view` reads (reverse accumulation: each node's
 * rule in reverse order, gradients of a tensor with several consumers summed). Returns the tensor's name; its shape is
 * the activation's. `editor` must hold the nodes of `view`, and its opset decides how the new nodes are written.
 * Error: invalid_argument for an operator without a rule, or logits that do not depend on the activation.
 */
export function writeGradient(editor: GraphEditor, view: GraphView, request: GradientRequest): string {
  const { activation, logits, seed } = request;
  const wanted = differentiableBy(view, activation);
  const tape = gradientTape(editor, view, request, wanted);
  const gradients = new Map([[logits, seed]]);
  for (const node of [...view.nodes].reverse()) {
    const outputs = (node.output ?? []).map((name) => (wanted.has(name) ? gradients.get(name) : undefined));
    if (outputs.every((gradient) => gradient === undefined) || node.output!.includes(activation)) continue;
    const step = new GradientStep(tape, node, outputs);
    const rule = GRADIENT_RULES.get(node.opType ?? '');
    if (rule === undefined || (node.domain ?? '') !== '') {
      return step.refuse(`supported: ${[...GRADIENT_RULES.keys()].sort().join(', ')}`);
    }
    for (const [index, gradient] of rule(step).entries()) {
      const name = step.input(index);
      if (gradient === undefined || !wanted.has(name)) continue;
      const known = gradients.get(name);
      gradients.set(name, known === undefined ? gradient : step.node('Add', [known, gradient]));
    }
  }
  const result = activation === logits ? seed : wanted.has(logits) ? gradients.get(activation) : undefined;
  if (result === undefined) {
    throw new SurgicamError(
      'invalid_argument',
      `the output '${logits}' does not depend on '${activation}'; choose another --target-layer`,
    );
  }
  return result;
}

function gradientTape(
  editor: GraphEditor,
  view: GraphView,
  { shapes, saved = (tensor) => tensor, sizes }: GradientRequest,
  wanted: ReadonlySet<string>,
): GradientTape {
  const fixed = fixedTensors(view);
  const known = new Map<string, string>();
  const once = (key: string, make: () => string): string => {
    const name = known.get(key) ?? make();
    known.set(key, name);
    return name;
  };
  const ownSizes = (tensor: string): string => editor.node('Shape', `${tensor}.sizes`, [tensor]);
  return {
    editor,
    view,
    isWanted: (tensor) => wanted.has(tensor),
    saved: (tensor) => (fixed.has(tensor) ? tensor : once(`value ${tensor}`, () => saved(tensor))),
    sizes: (tensor) =>
      once(`sizes ${tensor}`, () => (fixed.has(tensor) ? ownSizes(tensor) : (sizes ?? ownSizes)(tensor))),
    shapes,
  };
}
