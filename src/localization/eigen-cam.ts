/** The direction settles long before, unless two components are as good as equal; then either is an answer. */
const MAX_ITERATIONS = 300;
const CONVERGED = 1e-12;

/**
 * EigenCAM (Muhammad and Yeasin 2020): the feature map [C, cells] projected onto its first principal component, the
 * cells being the samples; negative values cut off, not yet scaled. No class and no gradient enters it.
 *
 * A component's sign is arbitrary. Here it is the one that goes with the mean activation of the cells, so that the
 * map is high where the network is active and does not flip between frames.
 */
export function eigenCam(activation: Float32Array, cells: number): Float32Array {
  const centred = centre(activation, cells);
  const channels = activation.length / cells;
  const towards = meanOverChannels(centred, cells);
  let projection = Float64Array.from(towards);
  let previous = 0;
  for (let i = 0; i < MAX_ITERATIONS; i++) {
    const length = norm(projection);
    // Nothing varies, or nothing but the start direction's own plane: a flat map.
    if (length === 0) return new Float32Array(cells);
    for (let j = 0; j < cells; j++) projection[j]! /= length;
    const component = componentOf(centred, projection, channels, cells);
    const strength = norm(component);
    if (strength === 0) return new Float32Array(cells);
    for (let c = 0; c < channels; c++) component[c]! /= strength;
    projection = project(centred, component, cells);
    if (Math.abs(strength - previous) <= CONVERGED * strength) break;
    previous = strength;
  }
  let agreement = 0;
  for (let i = 0; i < cells; i++) agreement += projection[i]! * towards[i]!;
  const sign = agreement < 0 ? -1 : 1;
  return Float32Array.from(projection, (value) => Math.max(0, sign * value));
}

/** Every channel minus its mean. */
function centre(activation: Float32Array, cells: number): Float64Array {
  const centred = Float64Array.from(activation);
  for (let start = 0; start < centred.length; start += cells) {
    let mean = 0;
    for (let i = start; i < start + cells; i++) mean += centred[i]! / cells;
    for (let i = start; i < start + cells; i++) centred[i]! -= mean;
  }
  return centred;
}

function meanOverChannels(centred: Float64Array, cells: number): Float64Array {
  const mean = new Float64Array(cells);
  for (let i = 0; i < centred.length; i++) mean[i % cells]! += centred[i]!;
  // A map whose channels cancel out still needs a direction to start from.
  if (norm(mean) === 0) mean.set(centred.subarray(0, cells));
  return mean;
}

function componentOf(
  centred: Float64Array,
  projection: Float64Array,
  channels: number,
  cells: number,
): Float64Array {
  const component = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    let dot = 0;
    for (let i = 0, at = c * cells; i < cells; i++, at++) dot += centred[at]! * projection[i]!;
    component[c] = dot;
  }
  return component;
}

function project(centred: Float64Array, component: Float64Array, cells: number): Float64Array<ArrayBuffer> {
  const projection = new Float64Array(cells);
  for (let c = 0; c < component.length; c++) {
    const weight = component[c]!;
    for (let i = 0, at = c * cells; i < cells; i++, at++) projection[i]! += centred[at]! * weight;
  }
  return projection;
}

function norm(vector: Float64Array): number {
  let squares = 0;
  for (const value of vector) squares += value * value;
  return Math.sqrt(squares);
}
