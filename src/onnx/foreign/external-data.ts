import { SurgicamError } from '../../domain/errors.js';
import { TensorProto, type ModelMessage, type TensorMessage } from '../onnx-proto.js';

/** Reads the file of weights that stands beside an ONNX file under this name. */
export type ReadBeside = (name: string) => Promise<Uint8Array>;

/**
 * The model with the weights of other files inside it. Newer exporters write weights into `<name>.onnx.data`. Error:
 * invalid_argument when a tensor reaches beyond its file, and those of `readBeside`.
 */
export async function withExternalData(model: ModelMessage, readBeside: ReadBeside): Promise<ModelMessage> {
  const tensors = model.graph?.initializer ?? [];
  if (!tensors.some(isExternal)) return model;
  const files = new Map<string, Uint8Array>();
  const initializer: TensorMessage[] = [];
  for (const tensor of tensors) {
    if (!isExternal(tensor)) {
      initializer.push(tensor);
      continue;
    }
    const fields = new Map((tensor.externalData ?? []).map(({ key, value }) => [key ?? '', value ?? '']));
    const location = fields.get('location') ?? '';
    const file = files.get(location) ?? (await readBeside(location));
    files.set(location, file);
    const offset = Number(fields.get('offset') ?? 0);
    const length = Number(fields.get('length') ?? file.length - offset);
    if (!(offset >= 0 && length >= 0 && offset + length <= file.length)) {
      throw new SurgicamError(
        'invalid_argument',
        `tensor '${tensor.name ?? ''}' reaches from ${offset} to ${offset + length} in '${location}', which has ` +
          `${file.length} bytes; the file of weights belongs to another ONNX file or is cut short`,
      );
    }
    const rawData = file.subarray(offset, offset + length);
    initializer.push({
      name: tensor.name ?? '',
      dims: tensor.dims ?? [],
      dataType: tensor.dataType ?? 0,
      rawData,
    });
  }
  return { ...model, graph: { ...model.graph, initializer } };
}

function isExternal({ dataLocation }: TensorMessage): boolean {
  return dataLocation === TensorProto.DataLocation.EXTERNAL;
}
