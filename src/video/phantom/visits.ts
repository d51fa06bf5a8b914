import { TIP_LENGTHS, type InstrumentPose } from './instrument-pose.js';
import type { InstrumentKind } from './instruments.js';
import { ABILITIES, type Interaction } from './interactions.js';
import { Random, hash, smoothstep, wander } from './random.js';

const { cos, sin, max, PI } = Math;

/** Time an instrument takes to come in or to leave, seconds. */
const TRAVEL_SECONDS = 1.3;
/** Between waiting and working. */
const BLEND_SECONDS = 0.4;

/** One thing that an instrument does, in seconds of the scene. */
export interface Act {
  readonly interaction: Interaction;
  readonly from: number;
  readonly to: number;
  readonly bleeds: boolean;
  readonly seed: number;
}

/** One instrument's visit, in seconds of the scene. */
export interface Visit {
  readonly kind: InstrumentKind;
  readonly start: number;
  readonly end: number;
  readonly acts: readonly Act[];
  readonly seed: number;
  /** Direction that it comes from, and what does not change while it is here. */
  readonly around: number;
  readonly centerX: number;
  readonly centerY: number;
  readonly scale: number;
}

/** What happens in one lane of a chapter; undefined: nobody comes. */
export function drawVisit(
  seed: number,
  chapter: number,
  lane: number,
  kind: InstrumentKind,
  { from, to, probability }: { readonly from: number; readonly to: number; readonly probability: number },
  begin: number,
  end: number,
): Visit | undefined {
  const random = new Random(seed, chapter, lane, 2);
  if (!random.chance(probability)) return undefined;
  const start = begin + random.between(0.2, 2.6);
  const last = Math.min(start + random.between(6.5, 10.5), end - 0.2);
  const around = random.between(from, to);
  return {
    kind,
    start,
    end: last,
    acts: drawActs(random, kind, start + TRAVEL_SECONDS, last - TRAVEL_SECONDS),
    seed: hash(seed, chapter, lane, 3),
    around,
    centerX: random.between(-0.12, 0.12) + cos(around) * 0.15,
    centerY: random.between(-0.1, 0.1) + sin(around) * 0.12,
    scale: random.between(1.35, 2.1),
  };
}

function drawActs(random: Random, kind: InstrumentKind, from: number, to: number): Act[] {
  const acts: Act[] = [];
  const abilities = ABILITIES[kind];
  let at = from + random.between(0, 0.9);
  while (to - at > 1.2) {
    const length = Math.min(random.between(1.4, 3.6), to - at);
    const interaction = abilities[Math.floor(random.next() * abilities.length)]!;
    acts.push({
      interaction,
      from: at,
      to: at + length,
      bleeds: random.chance(0.55),
      seed: hash(acts.length, at),
    });
    at += length + random.between(0.5, 2);
  }
  return acts;
}

/** Where the instrument of a visit is at a moment of it. */
export function poseAt(visit: Visit, time: number, aspect: number): InstrumentPose {
  const { kind, seed, around, scale, acts } = visit;
  const portX = cos(around) * (0.55 + aspect / 2);
  const portY = sin(around) * 1.05;
  const act = acts.find(({ from, to }) => time >= from - BLEND_SECONDS && time <= to + BLEND_SECONDS);
  const working =
    act === undefined
      ? 0
      : smoothstep(act.from - BLEND_SECONDS, act.from, time) *
        (1 - smoothstep(act.to, act.to + BLEND_SECONDS, time));
  const near = scale * (1 + 0.05 * wander(seed ^ 5, time * 0.4));
  const roam = 1 - 0.7 * working;
  const motion = act === undefined ? STILL : motionOf(act.interaction, time, working);
  let x = visit.centerX + roam * (0.12 * wander(seed ^ 1, time * 0.7) + 0.03 * wander(seed ^ 2, time * 2.1));
  let y = visit.centerY + roam * (0.1 * wander(seed ^ 3, time * 0.7) + 0.03 * wander(seed ^ 4, time * 2.1));
  // The tip, not the wrist, is what is led to the tissue.
  x += cos(around) * (TIP_LENGTHS[kind] * near * 0.55 + motion.back);
  y += sin(around) * (TIP_LENGTHS[kind] * near * 0.55 + motion.back) + motion.lift;
  const reach =
    smoothstep(visit.start, visit.start + TRAVEL_SECONDS, time) *
    (1 - smoothstep(visit.end - TRAVEL_SECONDS, visit.end, time));
  const waiting = 0.2 + 0.2 * wander(seed ^ 7, time * 1.1);
  return {
    kind,
    seed,
    portX,
    portY,
    wristX: portX + (x - portX) * reach,
    wristY: portY + (y - portY) * reach,
    bend: 0.7 * wander(seed ^ 6, time * 0.5) * reach,
    opening: max(0, waiting + (motion.opening - waiting) * working),
    scale: near,
    interaction: act !== undefined && time >= act.from && time <= act.to ? act.interaction : 'Idle',
    cuts: working > 0.5 && act?.interaction === 'Cauterization',
  };
}

interface Motion {
  /** Half the angle between the jaws, radians. */
  readonly opening: number;
  /** Towards the port, picture heights. */
  readonly back: number;
  readonly lift: number;
}

const STILL: Motion = { opening: 0.2, back: 0, lift: 0 };

/** How a tool moves while it does something. */
function motionOf(interaction: Interaction, time: number, working: number): Motion {
  switch (interaction) {
    case 'Grasping':
      return { opening: 0.05, back: 0, lift: 0 };
    case 'Retraction':
      return { opening: 0.04, back: 0.09 * working, lift: -0.02 * working };
    case 'Cutting':
      return { opening: 0.16 + 0.15 * sin(time * 2 * PI * 1.6), back: -0.01, lift: 0 };
    case 'Cauterization':
      return { opening: 0.03, back: 0.012 * sin(time * 5), lift: 0 };
    case 'Suction':
      return { opening: 0.1, back: 0.025 * sin(time * 4), lift: 0.015 * sin(time * 2.7) };
    case 'Suturing':
    case 'Looping':
      return { opening: 0.06, back: 0.03 * sin(time * 2.2), lift: 0.035 * sin(time * 2.2 + 1.6) };
    case 'Clipping':
    case 'Staple':
      return { opening: 0.16 + 0.14 * cos(time * 2 * PI * 0.5), back: 0, lift: 0 };
    case 'Ultrasound_Sensing':
      return { opening: 0.2, back: 0.05 * sin(time * 1.6), lift: 0.02 * sin(time * 1.1) };
    default:
      return { opening: 0.1, back: 0.03 * sin(time * 3), lift: 0.02 * sin(time * 2.3) };
  }
}
