import type { PixelBox } from '../../domain/geometry.js';
import type { InstrumentPose } from './instrument-pose.js';
import { PHANTOM_CLASSES, type InstrumentKind } from './instruments.js';
import { captionOf, type Interaction } from './interactions.js';

/** An instrument counts as present when at least this share of the picture shows its tip. */
export const VISIBLE_TIP_SHARE = 0.0025;

export interface InstrumentTruth {
  readonly kind: InstrumentKind;
  /** Enough of the tip is seen to name the instrument. */
  readonly present: boolean;
  readonly interaction: Interaction;
  /** Around every visible pixel, tip and shaft. Absent when none is visible. */
  readonly box?: PixelBox;
  /** Around the visible pixels of the tip. Absent when none is visible. */
  readonly tipBox?: PixelBox;
  readonly visiblePixels: number;
  readonly tipPixels: number;
}

/** What is really in a picture. */
export interface GroundTruth {
  readonly width: number;
  readonly height: number;
  /** Presence of each class of `PHANTOM_CLASSES`; tissue, the last, is always there. */
  readonly present: readonly boolean[];
  /** Instruments of the scene, back to front, as far as any of them is visible. */
  readonly instruments: readonly InstrumentTruth[];
  /** The tissue that is operated on, clipped to the picture. */
  readonly tissueBox: PixelBox;
  /** One sentence for what the present instruments do. */
  readonly caption: string;
  /** Row-major: 0 tissue, 1 + 2i the shaft and 2 + 2i the tip of `instruments[i]`. */
  readonly labels: Uint8Array;
}

interface Extent {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  pixels: number;
}

/** Measures what the picture shows, by its label plane: what lies behind another instrument does not count. */
export function measureTruth(
  labels: Uint8Array,
  width: number,
  height: number,
  poses: readonly InstrumentPose[],
  tissueBox: PixelBox,
): GroundTruth {
  const extents = Array.from({ length: poses.length * 2 + 1 }, (): Extent => {
    return { x1: width, y1: height, x2: 0, y2: 0, pixels: 0 };
  });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const label = labels[y * width + x]!;
      if (label === 0) continue;
      const extent = extents[label]!;
      if (x < extent.x1) extent.x1 = x;
      if (x >= extent.x2) extent.x2 = x + 1;
      if (y < extent.y1) extent.y1 = y;
      if (y >= extent.y2) extent.y2 = y + 1;
      extent.pixels++;
    }
  }
  const needed = VISIBLE_TIP_SHARE * width * height;
  const instruments = poses.map(({ kind, interaction }, index): InstrumentTruth => {
    const shaft = extents[1 + 2 * index]!;
    const tip = extents[2 + 2 * index]!;
    const both = union(shaft, tip);
    return {
      kind,
      interaction,
      present: tip.pixels >= needed,
      visiblePixels: both.pixels,
      tipPixels: tip.pixels,
      ...(both.pixels === 0 ? {} : { box: boxOf(both) }),
      ...(tip.pixels === 0 ? {} : { tipBox: boxOf(tip) }),
    };
  });
  const present = instruments.filter((instrument) => instrument.present);
  const seen = new Set<string>(present.map(({ kind }) => kind));
  seen.add('tissue');
  return {
    width,
    height,
    present: PHANTOM_CLASSES.map((name) => seen.has(name)),
    instruments,
    tissueBox,
    caption: captionOf(present),
    labels,
  };
}

function union(a: Extent, b: Extent): Extent {
  return {
    x1: Math.min(a.x1, b.x1),
    y1: Math.min(a.y1, b.y1),
    x2: Math.max(a.x2, b.x2),
    y2: Math.max(a.y2, b.y2),
    pixels: a.pixels + b.pixels,
  };
}

function boxOf({ x1, y1, x2, y2 }: Extent): PixelBox {
  return { x1, y1, x2, y2 };
}
