import { MATERIALS as M, RodPen, type Rod } from './instrument-parts.js';

/** The rendered instruments, in the class order of the 11-class models. */
export const INSTRUMENT_KINDS = [
  'bipolar_forceps',
  'prograsp_forceps',
  'large_needle_driver',
  'monopolar_curved_scissors',
  'ultrasound_probe',
  'suction',
  'clip_applier',
] as const;

export type InstrumentKind = (typeof INSTRUMENT_KINDS)[number];

/** Classes of the scene: the instruments, then the tissue, which is in every picture. */
export const PHANTOM_CLASSES: readonly string[] = [...INSTRUMENT_KINDS, 'tissue'];

/** Where an instrument is, in scene units and radians. */
export interface InstrumentPose {
  readonly kind: InstrumentKind;
  /** The point outside the picture that the shaft comes from. */
  readonly portX: number;
  readonly portY: number;
  /** End of the shaft, where the tip begins. */
  readonly wristX: number;
  readonly wristY: number;
  /** Bend of the tip against the shaft. */
  readonly bend: number;
  /** Half the angle between the jaws. */
  readonly opening: number;
  /** Apparent size; 1 at working distance. */
  readonly scale: number;
}

type TipBuilder = (pen: RodPen, opening: number, bend: number) => void;

/** The rods of an instrument, back to front. */
export function buildInstrument(pose: InstrumentPose): Rod[] {
  const angle = Math.atan2(pose.wristY - pose.portY, pose.wristX - pose.portX);
  const length = Math.hypot(pose.wristX - pose.portX, pose.wristY - pose.portY);
  const look = SHAFTS[pose.kind];
  const pen = new RodPen(pose.portX, pose.portY, angle, pose.scale);
  // Nearer the camera, hence thicker, at the port.
  pen.rod(length / pose.scale, look.radius * 1.35, look.radius, look.material, false);
  TIPS[pose.kind](pen, pose.opening, pose.bend);
  return pen.rods;
}

const SHAFTS = {
  bipolar_forceps: { material: M.carbonShaft, radius: 0.042 },
  prograsp_forceps: { material: M.carbonShaft, radius: 0.042 },
  large_needle_driver: { material: M.carbonShaft, radius: 0.042 },
  monopolar_curved_scissors: { material: M.carbonShaft, radius: 0.042 },
  ultrasound_probe: { material: M.cable, radius: 0.022 },
  suction: { material: M.tube, radius: 0.027 },
  clip_applier: { material: M.carbonShaft, radius: 0.042 },
} as const;

const TIPS: Readonly<Record<InstrumentKind, TipBuilder>> = {
  bipolar_forceps: (pen, opening, bend) => {
    const jaws = clevis(pen, bend);
    for (const side of [-1, 1]) {
      const jaw = jaws.fork(side * (opening + 0.09));
      jaw.rod(0.055, 0.02, 0.017, M.blueInsulator).curve(0.17, 0.015, 0.006, 0.55, M.steel);
    }
    jaws.disc(0.015, M.pin);
  },
  prograsp_forceps: (pen, opening, bend) => {
    const jaws = clevis(pen, bend);
    for (const side of [-1, 1]) {
      const jaw = jaws.fork(side * (opening + 0.13));
      const hole = jaw.fork(0).forward(0.055);
      jaw.rod(0.16, 0.025, 0.021, M.steelTeeth);
      hole.rod(0.075, 0.009, 0.009, M.opening);
    }
    jaws.disc(0.017, M.pin);
  },
  large_needle_driver: (pen, opening, bend) => {
    const jaws = clevis(pen, bend);
    for (const side of [-1, 1]) {
      const jaw = jaws.fork(side * (opening * 0.8 + 0.1));
      const insert = jaw.fork(0).forward(0.03);
      jaw.rod(0.1, 0.028, 0.016, M.steel);
      insert.rod(0.072, 0.021, 0.013, M.gold);
    }
    jaws.disc(0.017, M.pin);
  },
  monopolar_curved_scissors: (pen, opening, bend) => {
    pen.rod(0.1, 0.047, 0.036, M.orangeSleeve);
    const jaws = pen.fork(bend * 0.7);
    jaws.rod(0.03, 0.03, 0.026, M.orangeSleeve);
    for (const side of [-1, 1]) {
      jaws.fork(side * (opening * 1.2 + 0.05)).curve(0.16, 0.019, 0.002, 0.5, M.darkSteel);
    }
    jaws.disc(0.011, M.pin);
  },
  ultrasound_probe: (pen, _opening, bend) => {
    const body = pen.fork(bend * 0.8);
    body.rod(0.05, 0.026, 0.046, M.whitePolymer).rod(0.03, 0.05, 0.05, M.greenBand);
    const window = body.fork(0).forward(0.03).side(0.022);
    body.rod(0.17, 0.054, 0.05, M.whitePolymer);
    window.rod(0.12, 0.017, 0.017, M.blackWindow);
  },
  suction: (pen) => {
    const holes = pen.fork(0);
    pen.rod(0.24, 0.022, 0.02, M.tube);
    for (let hole = 0; hole < 4; hole++) {
      holes.forward(hole === 0 ? 0.1 : 0.036);
      holes
        .fork(0)
        .side(hole % 2 === 0 ? 0.006 : -0.006)
        .disc(0.0065, M.opening);
    }
    pen.fork(0).forward(0.006).disc(0.011, M.opening);
  },
  clip_applier: (pen, opening, bend) => {
    const jaws = clevis(pen, bend * 0.6);
    for (const side of [-1, 1]) {
      const jaw = jaws.fork(side * (opening * 0.5 + 0.34));
      jaw.rod(0.055, 0.017, 0.014, M.steel);
      jaw.angle = jaws.angle + side * opening * 0.5;
      const clip = jaw.fork(side * -0.06).side(side * -0.012);
      jaw.rod(0.12, 0.014, 0.011, M.steel);
      jaw.angle -= side * 1.2;
      jaw.rod(0.02, 0.011, 0.008, M.steel);
      clip.rod(0.115, 0.011, 0.009, M.purpleClip);
    }
    jaws.disc(0.016, M.pin);
  },
};

/** The steel joint between shaft and jaws; returns the pen of the jaws. */
function clevis(pen: RodPen, bend: number): RodPen {
  pen.rod(0.05, 0.038, 0.033, M.steel);
  const joint = pen.fork(bend);
  joint.rod(0.045, 0.03, 0.024, M.darkSteel);
  return joint;
}
