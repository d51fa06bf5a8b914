import { MATERIALS as M, type Material, type RodPen } from './instrument-parts.js';
import type { InstrumentKind } from './instruments.js';

type TipBuilder = (pen: RodPen, opening: number, bend: number) => void;

/** Shaft of each instrument; radius in picture heights at scale 1. */
export const SHAFTS: Readonly<
  Record<InstrumentKind, { readonly material: Material; readonly radius: number }>
> = {
  bipolar_forceps: { material: M.carbonShaft, radius: 0.042 },
  prograsp_forceps: { material: M.carbonShaft, radius: 0.042 },
  large_needle_driver: { material: M.carbonShaft, radius: 0.042 },
  monopolar_curved_scissors: { material: M.carbonShaft, radius: 0.042 },
  ultrasound_probe: { material: M.cable, radius: 0.024 },
  suction: { material: M.tube, radius: 0.028 },
  clip_applier: { material: M.steelShaft, radius: 0.044 },
  stapler: { material: M.blackShaft, radius: 0.056 },
  hook: { material: M.blackShaft, radius: 0.034 },
  specimen_bag: { material: M.steelShaft, radius: 0.032 },
};

/** Draws the tip of each instrument from the wrist on, at scale 1. */
export const TIPS: Readonly<Record<InstrumentKind, TipBuilder>> = {
  // Maryland jaws: slender, curved towards each other's side, insulated at the root.
  bipolar_forceps: (pen, opening, bend) => {
    const jaws = clevis(pen, bend);
    for (const side of [-1, 1]) {
      const jaw = jaws.fork(side * (opening + 0.07));
      jaw.rod(0.055, 0.021, 0.018, M.blueInsulator).curve(0.17, 0.016, 0.006, 0.55, M.steel);
    }
    jaws.disc(0.015, M.pin);
  },
  // Broad, blunt, toothed jaws, each with a long window.
  prograsp_forceps: (pen, opening, bend) => {
    const jaws = clevis(pen, bend);
    for (const side of [-1, 1]) {
      const jaw = jaws.fork(side * (opening + 0.12));
      const hole = jaw.fork(0).forward(0.055);
      jaw.rod(0.155, 0.026, 0.022, M.steelTeeth);
      hole.rod(0.07, 0.009, 0.009, M.opening);
    }
    jaws.disc(0.017, M.pin);
  },
  // Short, thick jaws with golden inserts.
  large_needle_driver: (pen, opening, bend) => {
    const jaws = clevis(pen, bend);
    for (const side of [-1, 1]) {
      const jaw = jaws.fork(side * (opening * 0.8 + 0.09));
      const insert = jaw.fork(0).forward(0.03);
      jaw.rod(0.1, 0.028, 0.017, M.steel);
      insert.rod(0.072, 0.021, 0.013, M.gold);
    }
    jaws.disc(0.017, M.pin);
  },
  // An orange sleeve, then thin blades that both curve to one side.
  monopolar_curved_scissors: (pen, opening, bend) => {
    pen.rod(0.1, 0.047, 0.037, M.orangeSleeve, { flat: true });
    const jaws = pen.fork(bend * 0.7);
    jaws.rod(0.03, 0.031, 0.027, M.orangeSleeve);
    for (const side of [-1, 1]) {
      jaws.fork(side * (opening * 1.2 + 0.04)).curve(0.16, 0.019, 0.003, 0.5, M.darkSteel);
    }
    jaws.disc(0.012, M.pin);
  },
  // A drop-in transducer: a pale capsule with a dark window, held by its cable.
  ultrasound_probe: (pen, _opening, bend) => {
    const body = pen.fork(bend * 0.8);
    body.rod(0.05, 0.028, 0.048, M.whitePolymer).rod(0.03, 0.052, 0.052, M.greenBand, { flat: true });
    const window = body.fork(0).forward(0.03).side(0.022);
    body.rod(0.16, 0.056, 0.05, M.whitePolymer);
    window.rod(0.12, 0.018, 0.018, M.blackWindow);
  },
  // A straight tube with a ring of side holes.
  suction: (pen) => {
    const holes = pen.fork(0);
    pen.rod(0.23, 0.023, 0.021, M.tube, { flat: true });
    for (let hole = 0; hole < 4; hole++) {
      holes.forward(hole === 0 ? 0.1 : 0.036);
      holes
        .fork(0)
        .side(hole % 2 === 0 ? 0.007 : -0.007)
        .disc(0.007, M.opening);
    }
    pen.fork(0).forward(-0.008).disc(0.014, M.opening);
  },
  // Two parallel prongs that end in a hook and hold a clip between them.
  clip_applier: (pen, opening, bend) => {
    const jaws = clevis(pen, bend * 0.6);
    for (const side of [-1, 1]) {
      const jaw = jaws.fork(side * (opening * 0.5 + 0.34));
      jaw.rod(0.055, 0.017, 0.014, M.steel);
      jaw.angle = jaws.angle + side * opening * 0.5;
      const clip = jaw.fork(side * -0.06).side(side * -0.012);
      jaw.rod(0.12, 0.014, 0.012, M.steel);
      jaw.angle -= side * 1.2;
      jaw.rod(0.02, 0.011, 0.008, M.steel);
      clip.rod(0.115, 0.011, 0.009, M.clip);
    }
    jaws.disc(0.016, M.pin);
  },
  // The longest jaws of all: a thick cartridge below, a thin anvil above, flat ends.
  stapler: (pen, opening, bend) => {
    pen.rod(0.04, 0.058, 0.05, M.darkSteel, { flat: true });
    const jaws = pen.fork(bend * 0.5);
    jaws.rod(0.05, 0.046, 0.046, M.blackShaft);
    const lower = jaws.fork(0.05 + opening * 0.25).side(0.02);
    lower.rod(0.25, 0.034, 0.03, M.cartridge, { flat: true });
    lower.fork(0.5).rod(0.03, 0.026, 0.012, M.cartridge);
    const upper = jaws.fork(-0.05 - opening * 0.75).side(-0.02);
    upper.rod(0.25, 0.022, 0.017, M.anvil, { flat: true });
    upper.fork(0.4).rod(0.025, 0.016, 0.008, M.anvil);
  },
  // A ceramic cone and a thin wire bent to an L.
  hook: (pen, _opening, bend) => {
    pen.rod(0.03, 0.034, 0.03, M.steel, { flat: true });
    pen.rod(0.095, 0.028, 0.015, M.whiteCeramic);
    const wire = pen.fork(bend > 0 ? 0.12 : -0.12);
    const turn = bend > 0 ? 1.5 : -1.5;
    wire.rod(0.052, 0.0085, 0.0075, M.darkSteel).curve(0.024, 0.0075, 0.007, turn, M.darkSteel, 3);
    wire.rod(0.034, 0.007, 0.0055, M.darkSteel);
  },
  // A clear pouch that hangs open from a sprung rim.
  specimen_bag: (pen, opening, bend) => {
    pen.rod(0.03, 0.036, 0.036, M.bagRim, { flat: true });
    const mouth = pen.fork(bend * 0.5);
    const droop = mouth.fork(bend >= 0 ? 0.9 : -0.9).forward(0.06);
    droop.rod(0.09, 0.09 + opening * 0.06, 0.115 + opening * 0.05, M.bagFilm);
    droop.rod(0.08, 0.115 + opening * 0.05, 0.075, M.bagFilm);
    const spread = 0.55 + opening * 0.5;
    for (const side of [-1, 1]) {
      mouth.fork(side * spread).curve(0.26, 0.011, 0.01, -side * spread * 2.1, M.bagRim, 8);
    }
  },
};

/** The steel joint between shaft and jaws; returns the pen of the jaws. */
function clevis(pen: RodPen, bend: number): RodPen {
  pen.rod(0.05, 0.039, 0.034, M.steel, { flat: true });
  const joint = pen.fork(bend);
  joint.rod(0.045, 0.031, 0.025, M.darkSteel);
  return joint;
}
