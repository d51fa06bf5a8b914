import { SurgicamError, describeValue } from '../domain/errors.js';
import type { PickleValue } from './torch-globals.js';
import { TensorReference } from './torch-tensor.js';

/** A model's tensors by name, in the order of the file, without a data-parallel prefix. */
export type StateDict = ReadonlyMap<string, TensorReference>;

/** Where training scripts put the state dict inside a larger checkpoint; the first that holds tensors wins. */
const NESTED_UNDER = ['state_dict', 'model_state_dict', 'model'];

/** What `torch.nn.DataParallel` puts before every name. */
const PARALLEL_PREFIX = 'module.';

/** Finds the state dict in what a checkpoint holds. Error: invalid_argument naming what is there instead. */
export function findStateDict(root: PickleValue): StateDict {
  if (!(root instanceof Map)) {
    throw new SurgicamError(
      'invalid_argument',
      'the checkpoint holds no dictionary; save model.state_dict()',
    );
  }
  for (const candidate of [root, ...NESTED_UNDER.map((key) => root.get(key))]) {
    const tensors = tensorsOf(candidate);
    if (tensors.size > 0) return withoutPrefix(tensors);
  }
  throw new SurgicamError(
    'invalid_argument',
    `the checkpoint holds no state dict: its keys are ${describeValue([...root.keys()].map(String))}; ` +
      `allowed: the tensors themselves, or a dictionary of them under ${NESTED_UNDER.join(', ')}`,
  );
}

function tensorsOf(value: PickleValue | undefined): Map<string, TensorReference> {
  const tensors = new Map<string, TensorReference>();
  if (!(value instanceof Map)) return tensors;
  for (const [key, item] of value) {
    if (typeof key === 'string' && item instanceof TensorReference) tensors.set(key, item);
  }
  return tensors;
}

function withoutPrefix(tensors: StateDict): StateDict {
  if (![...tensors.keys()].every((key) => key.startsWith(PARALLEL_PREFIX))) return tensors;
  return new Map([...tensors].map(([key, tensor]) => [key.slice(PARALLEL_PREFIX.length), tensor]));
}
