import type { Material } from './instrument-parts.js';

const { exp, max, min, sqrt } = Math;

/** Steps across a rod. */
export const PROFILE_STEPS = 64;
/** What polished steel mirrors of its surroundings: wet tissue. */
const SURROUNDINGS = [142, 62, 48] as const;

/**
 * Colours across a cylinder of this material that lies along (axisX, axisY), from one border to the other: RGB under
 * full light. The lamp sits beside the lens, a little above and to the left.
 */
export function profileOf(material: Material, axisX: number, axisY: number): Float32Array {
  const { color, gloss, metal } = material;
  const profile = new Float32Array(PROFILE_STEPS * 3);
  // Only the light's part across the rod matters; `across` grows to the right of the axis.
  const lean = 0.34 * axisY - 0.5 * axisX;
  for (let step = 0; step < PROFILE_STEPS; step++) {
    const across = ((step + 0.5) / PROFILE_STEPS) * 2 - 1;
    const facing = sqrt(max(0, 1 - across * across));
    const diffuse = max(0, lean * across + 0.86 * facing);
    const peak = across - lean * 0.62;
    const shine = exp(-peak * peak * 46) * gloss;
    const second = exp(-((across + lean * 1.1) ** 2) * 90) * gloss * metal * 0.35;
    const rim = 1 - facing;
    for (let channel = 0; channel < 3; channel++) {
      const matte = color[channel]! * (0.16 + 0.82 * diffuse);
      const polished = color[channel]! * (0.1 + 0.62 * diffuse * diffuse + 0.25 * second);
      const mirrored = SURROUNDINGS[channel]! * (0.15 + 0.75 * rim) * (0.4 + 0.6 * diffuse);
      const base = matte + (polished + 0.45 * mirrored - matte) * metal;
      profile[step * 3 + channel] = min(300, base + (shine + second) * 185);
    }
  }
  return profile;
}
