import { RodPen, type Rod } from './instrument-parts.js';
import { SHAFTS, TIPS } from './instrument-tips.js';
import type { InstrumentKind } from './instruments.js';
import type { Interaction } from './interactions.js';

/** Where an instrument is and what it does. Picture heights from the middle of the picture, y down; radians. */
export interface InstrumentPose {
  readonly kind: InstrumentKind;
  /** Of its smears and scratches. */
  readonly seed: number;
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
  readonly interaction: Interaction;
  /** Whether current flows. */
  readonly cuts: boolean;
}

/** From the wrist to the end of the tip at scale 1, picture heights. */
export const TIP_LENGTHS: Readonly<Record<InstrumentKind, number>> = {
  bipolar_forceps: 0.27,
  prograsp_forceps: 0.25,
  large_needle_driver: 0.19,
  monopolar_curved_scissors: 0.26,
  ultrasound_probe: 0.24,
  suction: 0.24,
  clip_applier: 0.24,
  stapler: 0.34,
  hook: 0.2,
  specimen_bag: 0.3,
};

/** The rods of an instrument, back to front. */
export function buildInstrument(pose: InstrumentPose): Rod[] {
  const angle = shaftAngle(pose);
  const length = Math.hypot(pose.wristX - pose.portX, pose.wristY - pose.portY);
  const look = SHAFTS[pose.kind];
  const pen = new RodPen(pose.portX, pose.portY, angle, pose.scale);
  // Nearer the camera, hence thicker, at the port.
  pen.rod(length / pose.scale, look.radius * 1.4, look.radius, look.material, { tip: false, flat: true });
  TIPS[pose.kind](pen, pose.opening, pose.bend);
  return pen.rods;
}

/** Where the end of the tip is, near enough to work on tissue. */
export function tipOf(pose: InstrumentPose): { readonly x: number; readonly y: number } {
  const angle = shaftAngle(pose) + 0.75 * pose.bend;
  const length = TIP_LENGTHS[pose.kind] * pose.scale * 0.92;
  return { x: pose.wristX + Math.cos(angle) * length, y: pose.wristY + Math.sin(angle) * length };
}

function shaftAngle({ portX, portY, wristX, wristY }: InstrumentPose): number {
  return Math.atan2(wristY - portY, wristX - portX);
}
