import type { Detection, FrameAnalysis, Heatmap } from '../domain/frame-analysis.js';
import { greatestOf, type HeatmapValues } from '../localization/overlay.js';
import { classColours, displayName, type Rgb } from './class-colours.js';
import type { FrameLayers } from './draw-frame.js';
import type { BoxLayer } from './draw-boxes.js';
import { SurgicamError } from '../domain/errors.js';

/** What of an analysis is drawn. */
export interface ShownClasses {
  /** If absent, every present class. */
  readonly classId?: number;
  /** The model's tissue class. Its heatmap, which is everywhere, is mixed in only where no other is. */
  readonly tissueClass?: number;
}

/** The layers of an analysis that holds boxes and `full_f32` heatmaps, in the classes' colours. */
export function analysisLayers(
  { facts, product }: FrameAnalysis,
  { classId, tissueClass }: ShownClasses = {},
): Pick<FrameLayers, 'heatmap' | 'boxes' | 'outlines'> {
  const colours = classColours(facts.classNames);
  const isShown = (of: { readonly classId: number }): boolean =>
    classId === undefined || of.classId === classId;
  const heatmaps = product.heatmaps.filter(isShown);
  const others = heatmaps.filter((heatmap) => heatmap.classId !== tissueClass);
  const heatmap = greatestOf((others.length > 0 ? others : heatmaps).map(valuesOf));
  const detections = product.detections.filter(isShown);
  return {
    ...(heatmap === undefined ? {} : { heatmap }),
    boxes: detections.map((detection) => boxLayer(detection, facts.classNames, colours)),
    outlines: detections.flatMap(({ outline, classId: id }) =>
      outline === undefined ? [] : [{ polygon: outline, colour: colours[id]! }],
    ),
  };
}

function boxLayer(
  { box, classId, confidence }: Detection,
  names: readonly string[],
  colours: readonly Rgb[],
): BoxLayer {
  return {
    box,
    colour: colours[classId]!,
    label: `${displayName(names[classId]!)} ${confidence.toFixed(2)}`,
  };
}

function valuesOf({ encoding, data, width, height }: Heatmap): HeatmapValues {
  if (encoding !== 'full_f32' && encoding !== 'native_f32') {
    throw SurgicamError.invalidField('heatmaps.encoding', encoding, 'full_f32, native_f32');
  }
  const values = new Float32Array(width * height);
  new Uint8Array(values.buffer).set(data);
  return { values, width, height };
}
