import type { CamMethod } from '../domain/analysis-recipe.js';

/**
 * Gradient of one class's logit by a feature map [C, cells]: one value a channel where the head is global average
 * pooling and a linear layer (the same in every cell), else one a channel and cell.
 */
export type LogitGradient =
  | { readonly kind: 'uniform'; readonly perChannel: Float32Array }
  | { readonly kind: 'dense'; readonly values: Float32Array };

/** Methods that look at a class's gradient; EigenCAM is the same map for every class. */
export type GradientMethod = Exclude<CamMethod, 'eigen_cam'>;

/** Constants of pytorch-grad-cam, with which the reference implementation works. */
const PLUS_PLUS_EPSILON = 1e-6;
const AXIOM_EPSILON = 1e-7;

/**
 * The class activation map of a feature map A [C, cells] with gradient G, negative values cut off, not yet scaled.
 *
 * - grad_cam (Selvaraju et al. 2017), grad_cam_plus_plus (Chattopadhay et al. 2018) and x_grad_cam (Fu et al. 2020)
 *   weigh every channel by one number: sum over c of w_c A_c;
 * - hires_cam (Draelos and Carin 2020) and layer_cam (Jiang et al. 2021) weigh every value: sum over c of
 *   G_c * A_c, the latter with the positive part of G.
 */
export function classActivationMap(
  method: GradientMethod,
  activation: Float32Array,
  cells: number,
  gradient: LogitGradient,
): Float32Array {
  const channels = activation.length / cells;
  const map = new Float64Array(cells);
  for (let c = 0; c < channels; c++) {
    const A = activation.subarray(c * cells, (c + 1) * cells);
    const G = channelGradient(gradient, c, cells);
    if (method === 'hires_cam' || method === 'layer_cam') {
      const least = method === 'layer_cam' ? 0 : -Infinity;
      for (let i = 0; i < cells; i++) map[i]! += Math.max(valueAt(G, i), least) * A[i]!;
    } else {
      const weight = channelWeight(method, A, G);
      if (weight !== 0) for (let i = 0; i < cells; i++) map[i]! += weight * A[i]!;
    }
  }
  return Float32Array.from(map, (value) => Math.max(0, value));
}

/** One value for every cell, or one a cell. */
type ChannelGradient = number | Float32Array;

function channelGradient(gradient: LogitGradient, channel: number, cells: number): ChannelGradient {
  return gradient.kind === 'uniform'
    ? gradient.perChannel[channel]!
    : gradient.values.subarray(channel * cells, (channel + 1) * cells);
}

function valueAt(G: ChannelGradient, cell: number): number {
  return typeof G === 'number' ? G : G[cell]!;
}

function channelWeight(
  method: 'grad_cam' | 'grad_cam_plus_plus' | 'x_grad_cam',
  A: Float32Array,
  G: ChannelGradient,
): number {
  const cells = A.length;
  if (method === 'grad_cam') return typeof G === 'number' ? G : sum(G) / cells;
  const total = sum(A);
  let weight = 0;
  if (method === 'x_grad_cam') {
    for (let i = 0; i < cells; i++) weight += valueAt(G, i) * A[i]!;
    return weight / (total + AXIOM_EPSILON);
  }
  for (let i = 0; i < cells; i++) {
    const g = valueAt(G, i);
    // Only positive gradients count, and where the gradient is 0 the quotient is taken as 0.
    if (g > 0) weight += (g * (g * g)) / (2 * g * g + total * g * g * g + PLUS_PLUS_EPSILON);
  }
  return weight;
}

function sum(values: Float32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
