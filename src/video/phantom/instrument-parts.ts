import type { Rgb } from './anatomy.js';

/** How a part looks. */
export interface Material {
  readonly name: string;
  /** RGB in [0, 255] under full light. */
  readonly color: Rgb;
  /** Strength of the highlight in [0, 1]. */
  readonly gloss: number;
  /** 1 mirrors its surroundings like polished steel. */
  readonly metal: number;
  /** 1 is solid. */
  readonly opacity: number;
  /** `teeth`: grooves across the part; `hatch`: a grip pattern; `rings`: widely spaced bands; `marks`: a scale. */
  readonly pattern: 'none' | 'teeth' | 'hatch' | 'rings' | 'marks' | 'folds';
  /** How much blood and char stick to it, in [0, 1]. */
  readonly smear: number;
}

/**
 * The one primitive: a rod that tapers from radius `r0` at (x0, y0) to `r1` at (x1, y1), in picture heights (origin
 * in the middle of the picture, y down).
 */
export interface Rod {
  readonly x0: number;
  readonly y0: number;
  readonly r0: number;
  readonly x1: number;
  readonly y1: number;
  readonly r1: number;
  readonly material: Material;
  /** Cut off straight at both ends instead of rounded. */
  readonly flat: boolean;
  /** Belongs to what identifies the instrument, not to the shaft. */
  readonly tip: boolean;
}

function material(name: string, color: Rgb, look: Partial<Omit<Material, 'name' | 'color'>>): Material {
  return { name, color, gloss: 0.4, metal: 0, opacity: 1, pattern: 'none', smear: 0.25, ...look };
}

export const MATERIALS = {
  carbonShaft: material('carbon', [48, 50, 56], { gloss: 0.5, pattern: 'rings', smear: 0.1 }),
  blackShaft: material('black', [34, 34, 38], { gloss: 0.6, smear: 0.1 }),
  steelShaft: material('steel shaft', [150, 152, 156], { gloss: 0.9, metal: 1, smear: 0.15 }),
  steel: material('steel', [176, 178, 184], { gloss: 0.9, metal: 1, smear: 0.45 }),
  steelTeeth: material('toothed steel', [166, 168, 174], {
    gloss: 0.8,
    metal: 0.9,
    pattern: 'teeth',
    smear: 0.5,
  }),
  darkSteel: material('dark steel', [112, 113, 120], { gloss: 1, metal: 1, smear: 0.4 }),
  gold: material('gold', [206, 164, 76], { gloss: 0.6, metal: 0.5, pattern: 'hatch', smear: 0.3 }),
  blueInsulator: material('blue insulator', [46, 92, 178], { gloss: 0.5 }),
  whiteCeramic: material('ceramic', [226, 224, 218], { gloss: 0.6, smear: 0.55 }),
  orangeSleeve: material('orange sleeve', [196, 98, 40], { gloss: 0.45, smear: 0.3 }),
  tube: material('tube', [188, 190, 196], { gloss: 1, metal: 1, smear: 0.2 }),
  whitePolymer: material('white polymer', [216, 218, 222], { gloss: 0.5, smear: 0.3 }),
  blackWindow: material('black window', [26, 28, 34], { gloss: 0.7, smear: 0 }),
  cable: material('cable', [44, 58, 96], { gloss: 0.35, smear: 0.1 }),
  clip: material('clip', [150, 76, 190], { gloss: 0.6, smear: 0.1 }),
  titanium: material('titanium', [192, 190, 186], { gloss: 1, metal: 1, smear: 0.1 }),
  greenBand: material('green band', [52, 146, 98], { gloss: 0.4 }),
  cartridge: material('cartridge', [70, 112, 188], { gloss: 0.45, pattern: 'marks', smear: 0.3 }),
  anvil: material('anvil', [160, 162, 168], { gloss: 0.9, metal: 1, pattern: 'marks', smear: 0.3 }),
  pin: material('pin', [78, 80, 86], { gloss: 0.7, metal: 1, smear: 0 }),
  opening: material('opening', [44, 12, 14], { gloss: 0, opacity: 0.9, smear: 0 }),
  bagFilm: material('bag film', [206, 212, 204], {
    gloss: 0.9,
    opacity: 0.62,
    pattern: 'folds',
    smear: 0.25,
  }),
  bagRim: material('bag rim', [88, 128, 196], { gloss: 0.6, smear: 0.15 }),
  thread: material('thread', [52, 44, 110], { gloss: 0.2, smear: 0 }),
  needle: material('needle', [200, 202, 206], { gloss: 1, metal: 1, smear: 0 }),
  arc: material('arc', [255, 238, 214], { gloss: 1, opacity: 0.8, smear: 0 }),
} as const satisfies Record<string, Material>;

/** What a rod may be beside round-ended and part of the tip. */
interface RodOptions {
  readonly tip?: boolean;
  readonly flat?: boolean;
}

/** A turtle that lays rods: where it is, where it looks, and how large things are drawn. */
export class RodPen {
  readonly rods: Rod[];

  constructor(
    public x: number,
    public y: number,
    public angle: number,
    readonly scale: number,
    rods: Rod[] = [],
  ) {
    this.rods = rods;
  }

  /** A second pen at the same place that draws into the same list. */
  fork(turn: number): RodPen {
    return new RodPen(this.x, this.y, this.angle + turn, this.scale, this.rods);
  }

  forward(length: number): this {
    this.x += Math.cos(this.angle) * length * this.scale;
    this.y += Math.sin(this.angle) * length * this.scale;
    return this;
  }

  side(offset: number): this {
    this.x -= Math.sin(this.angle) * offset * this.scale;
    this.y += Math.cos(this.angle) * offset * this.scale;
    return this;
  }

  rod(length: number, r0: number, r1: number, look: Material, options: RodOptions = {}): this {
    const { x, y, scale } = this;
    const { tip = true, flat = false } = options;
    this.forward(length);
    this.rods.push({
      x0: x,
      y0: y,
      r0: r0 * scale,
      x1: this.x,
      y1: this.y,
      r1: r1 * scale,
      material: look,
      flat,
      tip,
    });
    return this;
  }

  /** A rod that bends by `turn` radians over its length, laid in straight pieces. */
  curve(length: number, r0: number, r1: number, turn: number, look: Material, pieces = 5): this {
    for (let piece = 0; piece < pieces; piece++) {
      this.angle += turn / pieces;
      const from = r0 + ((r1 - r0) * piece) / pieces;
      const to = r0 + ((r1 - r0) * (piece + 1)) / pieces;
      this.rod(length / pieces, from, to, look);
    }
    return this;
  }

  disc(radius: number, look: Material): this {
    return this.rod(0.001, radius, radius, look);
  }
}
