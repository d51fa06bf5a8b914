import { SurgicamError } from '../domain/errors.js';
import { STORAGE_TYPES } from './storage-types.js';
import { StorageReference, TensorReference } from './torch-tensor.js';

/** What a checkpoint may consist of. Tuples and lists are both arrays, dictionaries are Maps. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly PickleValue[]
  | Map<PickleValue, PickleValue>
  | TorchGlobal
  | StorageReference
  | TensorReference;

/** A name of the allow list, for example `torch._utils._rebuild_tensor_v2`. */
export class TorchGlobal {
  constructor(readonly name: string) {}
}

type Builder = (args: readonly PickleValue[]) => PickleValue;

/** All that a pickle may call. Nothing here has an effect beyond its return value. */
const BUILDERS: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['collections.OrderedDict', orderedDict],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', ([data]) => expectTensor(data)],
  ['torch.Size', ([sizes]) => integers('torch.Size', sizes)],
]);

/** The global of that name. Error: invalid_argument for every name that is not on the allow list. */
export function allowedGlobal(module: string, name: string): TorchGlobal {
  const full = `${module}.${name}`;
  if (!BUILDERS.has(full) && !STORAGE_TYPES.has(full)) throw refused(full);
  return new TorchGlobal(full);
}

export function refused(what: string): SurgicamError {
  // The name comes out of an untrusted file and may end up on a terminal.
  const shown = what.replace(/[^ -~]/g, '?').slice(0, 80);
  return new SurgicamError(
    'invalid_argument',
    `the checkpoint asks for '${shown}': refused. A pickle is code, and only tensors, dictionaries, lists, numbers and ` +
      'strings are read from one. If you trust the file, save its weights alone: torch.save(model.state_dict(), path)',
  );
}

export function callGlobal(callee: PickleValue, args: PickleValue): PickleValue {
  const builder = callee instanceof TorchGlobal ? BUILDERS.get(callee.name) : undefined;
  if (builder === undefined || !Array.isArray(args)) throw malformed('it calls what is not a function');
  return builder(args as readonly PickleValue[]);
}

/** `('storage', torch.FloatStorage, key, location, elements)`; the location (cpu, cuda:0) is of no concern here. */
export function persistentStorage(id: PickleValue): StorageReference {
  const [tag, type, key, , elements] = Array.isArray(id) ? (id as readonly PickleValue[]) : [];
  const storage = type instanceof TorchGlobal ? STORAGE_TYPES.get(type.name) : undefined;
  if (tag !== 'storage' || storage === undefined || !isStorageKey(key) || !isCount(elements)) {
    throw malformed('a storage is described wrongly');
  }
  return new StorageReference(storage, key, elements);
}

function orderedDict([items]: readonly PickleValue[]): Map<PickleValue, PickleValue> {
  if (items === undefined) return new Map();
  if (!Array.isArray(items)) throw malformed('an OrderedDict is not made of pairs');
  return new Map(
    (items as readonly PickleValue[]).map((pair) => {
      if (!Array.isArray(pair) || pair.length !== 2) throw malformed('an OrderedDict is not made of pairs');
      return pair as [PickleValue, PickleValue];
    }),
  );
}

function rebuildTensor([storage, offset, shape, strides]: readonly PickleValue[]): TensorReference {
  if (!(storage instanceof StorageReference) || !isCount(offset)) throw malformed('a tensor has no storage');
  return new TensorReference(storage, offset, integers('a shape', shape), integers('strides', strides));
}

function expectTensor(value: PickleValue | undefined): TensorReference {
  if (!(value instanceof TensorReference)) throw malformed('a parameter holds no tensor');
  return value;
}

function integers(what: string, value: PickleValue | undefined): readonly number[] {
  if (!Array.isArray(value) || !value.every(isCount)) throw malformed(`${what} is not made of whole numbers`);
  return value;
}

/** torch numbers its storages; whatever else stands there is no file name to look for. */
function isStorageKey(value: PickleValue | undefined): value is string {
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function malformed(problem: string): SurgicamError {
  return new SurgicamError('invalid_argument', `the checkpoint's pickle is malformed: ${problem}`);
}
