/** How a part looks. Colours are RGB in [0, 255] under full light. */
export interface Material {
  readonly color: readonly [number, number, number];
  /** Strength of the highlight in [0, 1]. */
  readonly gloss: number;
  /** 1 is solid. */
  readonly opacity: number;
  /** `teeth`: grooves across the part; `hatch`: a grip pattern; `rings`: widely spaced bands. */
  readonly pattern: 'none' | 'teeth' | 'hatch' | 'rings';
}

/**
 * The one primitive: a rod that tapers from radius `r0` at (x0, y0) to `r1` at (x1, y1), round at both ends, in
 * scene units (the picture is one unit high; origin top left, y down).
 */
export interface Rod {
  readonly x0: number;
  readonly y0: number;
  readonly r0: number;
  readonly x1: number;
  readonly y1: number;
  readonly r1: number;
  readonly material: Material;
  /** Belongs to what identifies the instrument, not to the shaft. */
  readonly tip: boolean;
}

function material(
  color: readonly [number, number, number],
  gloss: number,
  pattern: Material['pattern'] = 'none',
  opacity = 1,
): Material {
  return { color, gloss, opacity, pattern };
}

export const MATERIALS = {
  carbonShaft: material([62, 64, 70], 0.35, 'rings'),
  steel: material([186, 190, 198], 0.8),
  steelTeeth: material([178, 182, 190], 0.7, 'teeth'),
  darkSteel: material([118, 120, 130], 0.9),
  gold: material([222, 176, 72], 0.6, 'hatch'),
  cream: material([232, 222, 178], 0.3),
  blueInsulator: material([40, 92, 190], 0.45),
  orangeSleeve: material([206, 102, 34], 0.35),
  tube: material([206, 210, 216], 1),
  whitePolymer: material([224, 228, 232], 0.45),
  blackWindow: material([26, 28, 34], 0.6),
  cable: material([44, 58, 96], 0.3),
  purpleClip: material([150, 60, 196], 0.5),
  greenBand: material([44, 158, 96], 0.35),
  pin: material([70, 72, 78], 0.5),
  opening: material([52, 14, 16], 0, 'none', 0.85),
} as const satisfies Record<string, Material>;

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

  rod(length: number, r0: number, r1: number, look: Material, tip = true): this {
    const { x, y, scale } = this;
    this.forward(length);
    this.rods.push({
      x0: x,
      y0: y,
      r0: r0 * scale,
      x1: this.x,
      y1: this.y,
      r1: r1 * scale,
      material: look,
      tip,
    });
    return this;
  }

  /** A rod that bends by `turn` radians over its length, laid in four straight pieces. */
  curve(length: number, r0: number, r1: number, turn: number, look: Material): this {
    const pieces = 4;
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
