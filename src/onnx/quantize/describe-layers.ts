import type { GraphView } from '../graph-view.js';
import { affineCode, type ValueRange } from './affine.js';
import { layerName, type QuantizationPlan } from './quantizable.js';

/** One convolution, as it was quantized. */
export interface LayerReport {
  /** The tensor that it makes. */
  readonly name: string;
  readonly precision: 'int8' | 'float32';
  /** Weights: output channels, input channels of a group, height, width. */
  readonly shape: readonly number[];
  /** Smallest and largest value of what it takes, as measured. */
  readonly measured: readonly [number, number];
  /** Smallest and largest value that the codes of what it takes stand for; absent where that is not coded. */
  readonly coded?: readonly [number, number];
  /** How the coded range was chosen; `bytes` for the frame's own bytes. */
  readonly method?: string;
  /** Signal to quantization noise of its result in the finished graph, earlier layers' errors included; absent if exact. */
  readonly sqnrDb?: number;
  /** The same of the last feature map where only this layer is quantized; absent when it was not measured, or is exact. */
  readonly aloneSqnrDb?: number;
}

export interface LayerMeasurements {
  readonly measured: ReadonlyMap<string, ValueRange>;
  readonly coded: ReadonlyMap<string, ValueRange>;
  /** For a person. */
  readonly method: string;
  readonly sqnr: ReadonlyMap<string, number>;
  readonly alone?: ReadonlyMap<string, number>;
}

/** Every convolution of the plan of `all`, of which `quantized` has those that did not stay float. */
export function describeLayers(
  { view, plan: all }: { readonly view: GraphView; readonly plan: QuantizationPlan },
  quantized: QuantizationPlan,
  { measured, coded, method, sqnr, alone }: LayerMeasurements,
): LayerReport[] {
  const inEightBits = new Set(quantized.convolutions.map(layerName));
  return all.convolutions.map((convolution) => {
    const name = layerName(convolution);
    const [input, weights] = convolution.input ?? [];
    const source = all.tensors.get(input!)!;
    const isBytes = all.bytes.has(input!);
    const { low, high } = measured.get(source)!;
    const isInt8 = inEightBits.has(name);
    return {
      name,
      precision: isInt8 ? 'int8' : 'float32',
      shape: view.constant(weights!)!.dims!.map(Number),
      measured: [low, high],
      ...(isInt8 && { coded: isBytes ? [0, 255] : codedRange(coded.get(source)!) }),
      ...(isInt8 && { method: isBytes ? 'bytes' : method }),
      ...finite('sqnrDb', sqnr.get(name)),
      ...finite('aloneSqnrDb', alone?.get(name)),
    };
  });
}

function codedRange(range: ValueRange): [number, number] {
  const { scale, zeroPoint } = affineCode(range);
  return [-scale * zeroPoint, scale * (255 - zeroPoint)];
}

/** JSON has no infinity: what is exact, or was not measured, is left out. */
function finite<N extends 'sqnrDb' | 'aloneSqnrDb'>(name: N, value = Infinity): Partial<Record<N, number>> {
  return Number.isFinite(value) ? ({ [name]: value } as Record<N, number>) : {};
}
