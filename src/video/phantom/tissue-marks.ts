import { toPicture, type CameraState } from './camera.js';
import { MATERIALS, RodPen, type Rod } from './instrument-parts.js';
import type { Mark } from './scene.js';
import { texelOf, type TissueMap } from './tissue-map.js';
import { smoothstep } from './random.js';

const { abs, ceil, cos, floor, hypot, max, min, sin } = Math;

interface Patch {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A tissue map that marks can be put on and taken off again: each frame wears just its own. */
export class MarkedMap {
  readonly map: TissueMap;
  #dirty: Patch[] = [];

  constructor(private readonly clean: TissueMap) {
    this.map = { ...clean, color: clean.color.slice(), slope: clean.slope.slice() };
  }

  /** Takes off what was there and puts these on. */
  wear(marks: readonly Mark[]): void {
    for (const patch of this.#dirty) this.#restore(patch);
    this.#dirty = [];
    for (const mark of marks) {
      if (mark.size <= 0) continue;
      if (mark.kind === 'blood') this.#stamp(mark, 1.6, bleed);
      else if (mark.kind === 'char') this.#stamp(mark, 1.5, burn);
      else if (mark.kind === 'cut') this.#stamp(mark, 0.7, incise);
    }
  }

  #restore({ left, top, right, bottom }: Patch): void {
    const { side } = this.map;
    for (let y = top; y < bottom; y++) {
      const from = y * side + left;
      const to = y * side + right;
      this.map.color.set(this.clean.color.subarray(from, to), from);
      this.map.slope.set(this.clean.slope.subarray(from * 2, to * 2), from * 2);
    }
  }

  #stamp(mark: Mark, reach: number, brush: Brush): void {
    const { map } = this;
    const radius = mark.size * reach * map.texelsPerUnit;
    const x0 = texelOf(map, mark.u);
    const y0 = texelOf(map, mark.v);
    const patch = {
      left: max(0, floor(x0 - radius)),
      top: max(0, floor(y0 - radius)),
      right: min(map.side, ceil(x0 + radius)),
      bottom: min(map.side, ceil(y0 + radius)),
    };
    if (patch.left >= patch.right || patch.top >= patch.bottom) return;
    for (let y = patch.top; y < patch.bottom; y++) {
      for (let x = patch.left; x < patch.right; x++) {
        const du = (x - x0) / map.texelsPerUnit;
        const dv = (y - y0) / map.texelsPerUnit;
        brush(map, y * map.side + x, mark, du, dv);
      }
    }
    this.#dirty.push(patch);
  }
}

/** Changes one texel; du and dv: its place relative to the mark, map units. */
type Brush = (map: TissueMap, at: number, mark: Mark, du: number, dv: number) => void;

const bleed: Brush = (map, at, mark, du, dv) => {
  const shift = (mark.seed & 1023) / 97;
  const ragged = map.spread.at(du * 1.6 + shift, dv * 1.6 + shift * 0.7) - 0.5;
  const away = hypot(du, dv) / mark.size + ragged * 1.3;
  if (away >= 1) return;
  const weight = 1 - smoothstep(0.9, 1, away);
  const thick = 1 - smoothstep(0.2, 1, away);
  const clot = map.spread.at(du * 5 + shift, dv * 5) * 0.35;
  blend(map, at, 138 - 66 * (thick + clot), 16 - 9 * thick, 15 - 7 * thick, weight * 0.95, 255);
  flatten(map, at, 1 - 0.75 * weight);
};

const burn: Brush = (map, at, mark, du, dv) => {
  const shift = (mark.seed & 1023) / 89;
  const ragged = map.spread.at(du * 4 + shift, dv * 4 + shift) - 0.5;
  const away = hypot(du, dv) / mark.size + ragged * 0.8;
  if (away >= 1.1) return;
  const pale = 1 - smoothstep(0.8, 1.1, away);
  blend(map, at, 196, 140, 108, pale * 0.4, undefined);
  const black = 1 - smoothstep(0.25, 0.8, away);
  blend(map, at, 52, 30, 20, black * 0.85, 60);
};

const incise: Brush = (map, at, mark, du, dv) => {
  const along = du * cos(mark.angle) + dv * sin(mark.angle);
  const across = abs(dv * cos(mark.angle) - du * sin(mark.angle));
  const tapered = 1 - min(1, abs(along) / (mark.size * 0.6));
  if (tapered <= 0) return;
  const half = 0.022 * Math.sqrt(tapered);
  if (across > half * 1.7) return;
  blend(map, at, 226, 150, 128, (1 - smoothstep(half, half * 1.7, across)) * 0.7, undefined);
  blend(map, at, 84, 8, 10, 1 - smoothstep(half * 0.45, half, across), 255);
};

function blend(
  map: TissueMap,
  at: number,
  red: number,
  green: number,
  blue: number,
  weight: number,
  wetness: number | undefined,
): void {
  const word = map.color[at]!;
  const r = (word & 255) + (red - (word & 255)) * weight;
  const g = ((word >>> 8) & 255) + (green - ((word >>> 8) & 255)) * weight;
  const b = ((word >>> 16) & 255) + (blue - ((word >>> 16) & 255)) * weight;
  const wet = wetness === undefined ? word >>> 24 : (word >>> 24) + (wetness - (word >>> 24)) * weight;
  map.color[at] = r | (g << 8) | (b << 16) | (wet << 24) | 0;
}

function flatten(map: TissueMap, at: number, keep: number): void {
  map.slope[at * 2] = map.slope[at * 2]! * keep;
  map.slope[at * 2 + 1] = map.slope[at * 2 + 1]! * keep;
}

/** What instruments have left behind that stands up from the tissue: clips, staples and stitches. */
export function markRods(marks: readonly Mark[], camera: CameraState): Rod[] {
  return marks.flatMap((mark) => {
    if (mark.size <= 0) return [];
    const { x, y } = toPicture(camera, mark.u, mark.v);
    const pen = new RodPen(x, y, mark.angle - camera.angle + Math.PI / 2, mark.size / camera.zoom);
    if (mark.kind === 'clip') {
      pen.forward(-0.5).rod(0.9, 0.1, 0.09, MATERIALS.clip, { flat: true });
      pen.fork(0).disc(0.14, MATERIALS.clip);
    } else if (mark.kind === 'staples') {
      pen.angle += Math.PI / 2;
      pen.forward(-0.5);
      for (let staple = 0; staple < 7; staple++) {
        pen.forward(0.14);
        pen.fork(0.2).side(0.08).rod(0.09, 0.022, 0.022, MATERIALS.titanium);
        pen.fork(-0.2).side(-0.08).rod(0.09, 0.022, 0.022, MATERIALS.titanium);
      }
    } else if (mark.kind === 'stitch') {
      pen.forward(-0.4);
      for (let loop = 0; loop < 4; loop++) {
        pen.fork(0.9).forward(-0.18).curve(0.42, 0.03, 0.03, 0.5, MATERIALS.thread, 3);
        pen.forward(0.26);
      }
    }
    return pen.rods;
  });
}
