/** Red, green, blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** Colours that Pang et al. 2022 give to the classes of EndoVis18 and Cholec80. */
const KNOWN: ReadonlyMap<string, Rgb> = new Map<string, Rgb>([
  ['bipolar forceps', [255, 0, 0]],
  ['prograsp forceps', [0, 0, 255]],
  ['large needle driver', [0, 255, 0]],
  ['monopolar curved scissors', [255, 255, 255]],
  ['ultrasound probe', [255, 255, 0]],
  ['suction', [255, 0, 255]],
  ['clip applier', [0, 255, 255]],
  ['stapler', [69, 139, 116]],
  ['hook', [156, 102, 31]],
  ['specimen bag', [255, 20, 147]],
  ['tissue', [255, 97, 3]],
]);

/** Classes of other names take these in turn, as far as they differ from what is taken. */
const SPARE: readonly Rgb[] = [
  [255, 105, 97],
  [72, 149, 239],
  [144, 224, 88],
  [255, 209, 59],
  [186, 124, 255],
  [64, 224, 208],
  [255, 158, 205],
  [170, 110, 40],
  [190, 255, 230],
  [128, 128, 255],
  [0, 150, 90],
  [220, 190, 255],
  [200, 30, 60],
  [140, 160, 0],
  [255, 220, 180],
  [0, 110, 170],
];

/** Colours nearer to each other than this in RGB are taken for the same. */
const TOO_NEAR = 80;

/** One colour a class, all distinct; the same names in the same order give the same colours. */
export function classColours(names: readonly string[]): Rgb[] {
  const taken = names.map(knownColour).filter((colour) => colour !== undefined);
  let turn = 0;
  const isFree = (colour: Rgb, distance: number): boolean =>
    taken.every((other) => Math.hypot(...colour.map((value, i) => value - other[i]!)) >= distance);
  const next = (): Rgb => {
    for (let tries = 0; tries < MANY; tries++) {
      const colour = SPARE[turn] ?? hueColour(turn - SPARE.length);
      turn += 1;
      // With more classes than there are distinct colours, being different at all must do.
      if (isFree(colour, tries < MANY / 2 ? TOO_NEAR : 1)) return colour;
    }
    return [160, 160, 160];
  };
  return names.map((name) => {
    const known = knownColour(name);
    if (known !== undefined) return known;
    const colour = next();
    taken.push(colour);
    return colour;
  });
}

const MANY = 200;

/** Hues a golden angle apart, in alternating lightness. */
function hueColour(index: number): Rgb {
  const hue = (index * 137.508) % 360;
  const light = [0.6, 0.45, 0.75][index % 3]!;
  const span = 0.8 * Math.min(light, 1 - light);
  const channel = (offset: number): number => {
    const k = (offset + hue / 30) % 12;
    return Math.round(255 * (light - span * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

function knownColour(className: string): Rgb | undefined {
  return KNOWN.get(displayName(className).toLowerCase());
}

/** A class name as people read it. */
export function displayName(className: string): string {
  return className.replaceAll('_', ' ').trim();
}
