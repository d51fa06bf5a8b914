import { SurgicamError } from '../../domain/errors.js';
import type { GraphEditor } from '../graph-editor.js';
import type { GraphView } from '../graph-view.js';
import type { Shape } from './shape-task.js';
import { Shapes } from './shapes.js';
import { writeGradient } from './write-gradient.js';

export interface ClassGradientsRequest {
  /** Tensor that the gradients are taken by: [N, ...] with a free N. */
  readonly activation: string;
  /** The activation's shape where the graph alone does not tell. If absent, what follows from the graph's inputs. */
  readonly shape?: Shape;
  /** [N, K]. */
  readonly logits: string;
  /** K. */
  readonly classes: number;
}

/** Behind the end of every axis. */
const END = 2 ** 31 - 1;

/**
 * Appends the gradient of every logit by the activation to a whole model graph and returns its name: float32
 * [N * K, ...], the classes of a frame side by side (row n K + k is class k of frame n). The forward values are those
 * of the graph itself, repeated K times where a rule needs them; nothing is computed forward a second time.
 * Error: invalid_argument as for writeGradient, for a batch size that is not free, and for values that the gradient
 * needs but whose first axis is not the batch.
 */
export function writeClassGradients(
  editor: GraphEditor,
  view: GraphView,
  { activation, shape, logits, classes }: ClassGradientsRequest,
): string {
  const shapes = new Shapes(view, shape === undefined ? new Map() : new Map([[activation, shape]]));
  const batch = shapes.of(activation)?.[0];
  if (typeof batch !== 'string') {
    throw SurgicamError.invalidField(`first axis of '${activation}'`, batch, 'a batch size that is free');
  }
  const node = (operator: string, name: string, inputs: readonly string[], axis?: number): string =>
    editor.node(operator, `gradient.${name}`, inputs, axis === undefined ? {} : { axis });
  const integers = (...values: number[]): string => editor.integers('gradient.sizes', values);

  const first = integers(0);
  const frames = node('Gather', 'frames', [node('Shape', 'logits.sizes', [logits]), first], 0);
  // Coordinates of a grid of ones [N, K]: their first row is 0 K times, 1 K times and so on.
  const grid = node('Expand', 'grid', [
    integers(1),
    node('Concat', 'grid.sizes', [frames, integers(classes)], 0),
  ]);
  const ofFrame = node('Gather', 'rows.frames', [node('NonZero', 'grid.cells', [grid]), first], 0);
  const rows = node('Reshape', 'rows', [ofFrame, integers(-1)]);
  const count = node('Shape', 'rows.count', [rows]);
  const identity = new Float32Array(classes * classes).map((_, i) => (i % (classes + 1) === 0 ? 1 : 0));
  const unit = editor.floats('gradient.identity', [classes, classes], identity);
  const seed = node('Tile', 'seed', [unit, node('Concat', 'seed.repeats', [frames, integers(1)], 0)]);

  const checked = (tensor: string): string => {
    if (shapes.of(tensor)?.[0] === batch) return tensor;
    throw new SurgicamError(
      'invalid_argument',
      `the gradient of all classes by '${activation}' needs the value of '${tensor}', whose first axis is not known ` +
        'to be the batch; choose a later --target-layer',
    );
  };
  return writeGradient(editor, view, {
    activation,
    logits,
    seed,
    shapes,
    saved: (tensor) => node('Gather', `${tensor}.rows`, [checked(tensor), rows], 0),
    sizes: (tensor) => {
      const own = node('Shape', `${tensor}.sizes`, [checked(tensor)]);
      const rest = node('Slice', `${tensor}.sizes.rest`, [own, integers(1), integers(END)]);
      return node('Concat', `${tensor}.rows.sizes`, [count, rest], 0);
    },
  });
}
