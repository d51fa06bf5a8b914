import type { Random } from './random.js';

const { cos, hypot, max, min, sin } = Math;

/** Red, green, blue in [0, 255]. */
export type Rgb = readonly [number, number, number];

/** Surface of an organ under white light. */
export interface Surface {
  readonly base: Rgb;
  /** Where the mottling is darkest. */
  readonly deep: Rgb;
  /** Amplitude of the fine bumps, and how many to a unit. */
  readonly bump: number;
  readonly bumpScale: number;
  /** Amplitude of fat lobules; 0: none. */
  readonly lobules: number;
  /** How clearly vessels show, in [0, 1]. */
  readonly vessels: number;
  /** Streaks along the organ, as in connective tissue, in [0, 1]. */
  readonly fibres: number;
  /** Wetness: strength of its highlights, in [0, 1]. */
  readonly gloss: number;
}

/** One organ of the view, in map units (the picture is one unit high, origin in the middle of the map, y down). */
export interface Organ {
  readonly surface: Surface;
  /** Signed distance to the outline, negative inside. */
  distance(u: number, v: number): number;
  /** Width of the rounded border; the organ stands so far above what lies under it. */
  readonly roundness: number;
  /** Direction of its fibres, radians. */
  readonly grain: number;
}

/** What the operation is about: where instruments work, in map units. */
export interface OperationSite {
  readonly u: number;
  readonly v: number;
  readonly radius: number;
}

export interface Anatomy {
  /** Front to back; the last one is everywhere. */
  readonly organs: readonly Organ[];
  readonly site: OperationSite;
}

/** Organs as a patient of this seed has them, in one of three views: gallbladder, kidney, bowel. */
export function drawAnatomy(random: Random): Anatomy {
  const draw = [gallbladderView, kidneyView, bowelView][Math.floor(random.next() * 3)]!;
  const organs = draw(random);
  return { organs, site: { u: random.between(-0.06, 0.06), v: random.between(-0.02, 0.1), radius: 0.2 } };
}

function gallbladderView(random: Random): Organ[] {
  const lean = random.between(-0.25, 0.25);
  const fundus = { x: lean * 1.2 + random.between(-0.08, 0.08), y: -0.5 };
  const neck = { x: lean * 0.3, y: random.between(-0.06, 0.06) };
  const duct = { x: lean * 0.3 + random.between(-0.12, 0.12), y: 0.42 };
  return [
    pouch(fundus, neck, random.between(0.17, 0.22), random.between(0.06, 0.09), gallbladder(random)),
    pouch(neck, duct, 0.06, random.between(0.07, 0.1), connective(random)),
    lobe(random.between(0.9, 1.5), 0.3, random.between(0.3, 0.9), fat(random)),
    lobe(-random.between(1.2, 1.9), 0.02, random.between(-0.5, 0.5), liver(random)),
    lobe(-random.between(0.2, 0.6), 0.34, random.between(0.2, 0.6), fat(random)),
    everywhere(wall(random)),
  ];
}

function kidneyView(random: Random): Organ[] {
  const tilt = random.between(-0.5, 0.5);
  const reach = random.between(0.22, 0.32);
  const from = { x: -reach * cos(tilt) + random.between(-0.1, 0.1), y: -reach * sin(tilt) - 0.12 };
  const to = { x: reach * cos(tilt), y: reach * sin(tilt) + random.between(-0.1, 0.05) };
  return [
    pouch({ x: -0.7, y: random.between(0.2, 0.4) }, { x: 0.05, y: 0.2 }, 0.05, 0.045, connective(random)),
    pouch(from, to, random.between(0.2, 0.27), random.between(0.2, 0.27), kidney(random)),
    lobe(random.between(1.1, 2), 0.26, random.between(-0.6, 0.6), fat(random)),
    lobe(-random.between(0.8, 2.2), 0.38, random.between(-0.4, 0.4), liver(random)),
    everywhere(random.chance(0.6) ? fat(random) : wall(random)),
  ];
}

function bowelView(random: Random): Organ[] {
  const height = random.between(-0.05, 0.2);
  return [
    tube(-0.9, height, random.between(0.13, 0.18), random.between(0.2, 0.4), random, bowel(random)),
    lobe(random.between(0.8, 1.4), 0.36, random.between(-0.3, 0.5), fat(random)),
    tube(-0.9, height - 0.32, random.between(0.1, 0.16), random.between(0.15, 0.3), random, bowel(random)),
    lobe(-random.between(1.2, 1.9), 0.34, random.between(-0.5, 0.5), liver(random)),
    everywhere(random.chance(0.5) ? connective(random) : wall(random)),
  ];
}

/** All beyond a bent line that lies `away` from the middle, on the side that `angle` points to. */
function lobe(angle: number, away: number, bend: number, surface: Surface): Organ {
  const nx = cos(angle);
  const ny = sin(angle);
  return {
    surface,
    roundness: 0.16,
    grain: angle,
    distance: (u, v) => {
      const along = v * nx - u * ny;
      return away + bend * along * along - (u * nx + v * ny);
    },
  };
}

/** A sac from one point to another, with a radius at each. */
function pouch(
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
  r0: number,
  r1: number,
  surface: Surface,
): Organ {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const square = max(1e-9, dx * dx + dy * dy);
  return {
    surface,
    roundness: max(r0, r1) * 0.9,
    grain: Math.atan2(dy, dx),
    distance: (u, v) => {
      const t = min(1, max(0, ((u - from.x) * dx + (v - from.y) * dy) / square));
      return hypot(u - from.x - t * dx, v - from.y - t * dy) - (r0 + (r1 - r0) * t);
    },
  };
}

/** A loop that winds from left to right, with the folds of a bowel. */
function tube(
  left: number,
  middle: number,
  radius: number,
  swing: number,
  random: Random,
  surface: Surface,
): Organ {
  const phase = random.between(0, 6.3);
  const pitch = random.between(1.6, 2.6);
  return {
    surface,
    roundness: radius * 0.95,
    grain: 0,
    distance: (u, v) => {
      const line = middle + swing * sin(u * pitch + phase) * 0.5;
      const lean = swing * 0.5 * pitch * cos(u * pitch + phase);
      const fold = 0.012 * sin((u - left) * 44);
      return Math.abs(v - line) / Math.sqrt(1 + lean * lean) - radius + fold;
    },
  };
}

function everywhere(surface: Surface): Organ {
  return { surface, roundness: 0.2, grain: 0.4, distance: () => -1 };
}

function vary(random: Random, color: Rgb, by: number): Rgb {
  const light = random.between(1 - by, 1 + by);
  return [
    color[0] * light,
    color[1] * light * random.between(1 - by * 0.6, 1 + by * 0.6),
    color[2] * light * random.between(1 - by * 0.6, 1 + by * 0.6),
  ];
}

function liver(random: Random): Surface {
  const base = vary(random, [128, 48, 40], 0.2);
  return {
    base,
    deep: [base[0] * 0.66, base[1] * 0.5, base[2] * 0.55],
    bump: 0.0016,
    bumpScale: 9,
    lobules: 0,
    vessels: 0.06,
    fibres: 0,
    gloss: 0.9,
  };
}

function gallbladder(random: Random): Surface {
  return {
    base: vary(random, random.chance(0.5) ? [198, 160, 140] : [156, 156, 128], 0.12),
    deep: vary(random, [150, 84, 72], 0.15),
    bump: 0.0016,
    bumpScale: 6,
    lobules: 0,
    vessels: 0.8,
    fibres: 0.1,
    gloss: 1,
  };
}

function kidney(random: Random): Surface {
  return {
    base: vary(random, [176, 84, 70], 0.18),
    deep: vary(random, [118, 40, 38], 0.15),
    bump: 0.002,
    bumpScale: 7,
    lobules: 0,
    vessels: 0.45,
    fibres: 0.1,
    gloss: 0.9,
  };
}

function bowel(random: Random): Surface {
  return {
    base: vary(random, [214, 140, 118], 0.12),
    deep: vary(random, [170, 84, 76], 0.12),
    bump: 0.002,
    bumpScale: 8,
    lobules: 0,
    vessels: 0.7,
    fibres: 0.2,
    gloss: 1,
  };
}

function fat(random: Random): Surface {
  return {
    base: vary(random, [232, 178, 92], 0.12),
    deep: vary(random, [204, 122, 58], 0.14),
    bump: 0.0018,
    bumpScale: 10,
    lobules: random.between(0.006, 0.011),
    vessels: 0.4,
    fibres: 0,
    gloss: 0.8,
  };
}

function connective(random: Random): Surface {
  return {
    base: vary(random, [216, 150, 128], 0.12),
    deep: vary(random, [168, 64, 58], 0.15),
    bump: 0.003,
    bumpScale: 10,
    lobules: 0.002,
    vessels: 0.5,
    fibres: 0.9,
    gloss: 0.9,
  };
}

function wall(random: Random): Surface {
  return {
    base: vary(random, [168, 78, 66], 0.2),
    deep: vary(random, [104, 34, 32], 0.2),
    bump: 0.003,
    bumpScale: 7,
    lobules: 0,
    vessels: 0.5,
    fibres: 0.35,
    gloss: 0.7,
  };
}
