import {
  cameraAt,
  isTransit,
  lightAt,
  scopeAt,
  toMap,
  type CameraState,
  type LightState,
  type ScopeState,
} from './camera.js';
import { tipOf, type InstrumentPose } from './instrument-pose.js';
import { INSTRUMENT_KINDS } from './instruments.js';
import type { Interaction } from './interactions.js';
import { Random } from './random.js';
import { drawVisit, poseAt, type Act, type Visit } from './visits.js';

/** Instruments come and go within a chapter; at its borders only tissue is seen. */
export const CHAPTER_SECONDS = 12;

/** Everything that one picture shows; a pure function of seed and time. Lengths are picture heights, origin in the middle. */
export interface SceneState {
  readonly camera: CameraState;
  readonly light: LightState;
  readonly scope: ScopeState;
  /** Back to front. Those on their way in may still be outside the picture. */
  readonly instruments: readonly InstrumentPose[];
  readonly pulls: readonly Pull[];
  readonly marks: readonly Mark[];
  readonly plumes: readonly Plume[];
}

/** Tissue that is drawn along: a point of the picture and how far it is displaced. */
export interface Pull {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly radius: number;
}

/** What an act leaves on the tissue, at a place of the map. */
export interface Mark {
  readonly kind: 'blood' | 'char' | 'cut' | 'clip' | 'staples' | 'stitch';
  readonly u: number;
  readonly v: number;
  readonly angle: number;
  /** Map units; of blood: how far it has spread. */
  readonly size: number;
  readonly seed: number;
}

/** Smoke that rises from a point of the picture. */
export interface Plume {
  readonly x: number;
  readonly y: number;
  readonly density: number;
}

/** Where the instruments come from (range of angles around the picture, radians) and how often. */
const LANES = [
  { from: -0.25, to: 0.95, probability: 0.95 },
  { from: 2.2, to: 3.4, probability: 0.75 },
  { from: 1.1, to: 5.6, probability: 0.4 },
] as const;

/** Seconds after which smoke has gone to a third. */
const SMOKE_DECAY = 3;

/** @param time seconds from 0. @param aspect width of the picture by its height. */
export function sceneAt(seed: number, time: number, aspect = 1.25): SceneState {
  const chapter = Math.floor(time / CHAPTER_SECONDS);
  const visits = visitsOf(seed, chapter);
  const present = visits.filter(({ start, end }) => time >= start && time <= end);
  const instruments = present.map((visit) => poseAt(visit, time, aspect));
  const pulls: Pull[] = [];
  const plumes: Plume[] = [];
  instruments.forEach((pose, index) => {
    const act = actAt(present[index]!, time);
    if (act === undefined) return;
    const pull = pullOf(pose, act, time);
    if (pull !== undefined) pulls.push(pull);
    if (act.interaction === 'Cauterization') {
      const { x, y } = tipOf(pose);
      plumes.push({ x, y, density: strength(act, time) });
    }
  });
  return {
    camera: cameraAt(seed, time),
    light: lightAt(seed, time, smokeLeft(visits, time)),
    scope: scopeAt(seed, time),
    instruments,
    pulls,
    plumes,
    marks: visits.flatMap((visit) => marksOf(seed, visit, time, aspect)),
  };
}

function visitsOf(seed: number, chapter: number): Visit[] {
  const kinds = new Random(seed, chapter, 1).shuffle(INSTRUMENT_KINDS);
  const begin = chapter * CHAPTER_SECONDS;
  return LANES.flatMap((lane, index) => {
    const visit = drawVisit(seed, chapter, index, kinds[index]!, lane, begin, begin + CHAPTER_SECONDS);
    if (visit === undefined || isTransit(seed, visit.start, visit.end)) return [];
    return [visit];
  });
}

function actAt(visit: Visit, time: number): Act | undefined {
  return visit.acts.find(({ from, to }) => time >= from && time <= to);
}

/** Rises at the begin of an act and falls at its end, in [0, 1]. */
function strength(act: Act, time: number): number {
  return Math.max(0, Math.min(1, (time - act.from) * 2, (act.to - time) * 2));
}

/** How far and how wide each interaction draws the tissue towards the shaft. */
const PULLS: Partial<Record<Interaction, { readonly length: number; readonly radius: number }>> = {
  Grasping: { length: 0.035, radius: 0.13 },
  Retraction: { length: 0.1, radius: 0.24 },
  Tissue_Manipulation: { length: -0.04, radius: 0.18 },
  Suturing: { length: 0.03, radius: 0.1 },
  Clipping: { length: 0.015, radius: 0.1 },
  Suction: { length: -0.02, radius: 0.1 },
  Ultrasound_Sensing: { length: -0.025, radius: 0.2 },
  Cauterization: { length: 0.015, radius: 0.08 },
};

function pullOf(pose: InstrumentPose, act: Act, time: number): Pull | undefined {
  const pull = PULLS[act.interaction];
  if (pull === undefined) return undefined;
  const { x, y } = tipOf(pose);
  const back = Math.atan2(pose.portY - pose.wristY, pose.portX - pose.wristX);
  const length = pull.length * strength(act, time);
  return { x, y, dx: Math.cos(back) * length, dy: Math.sin(back) * length, radius: pull.radius };
}

function smokeLeft(visits: readonly Visit[], time: number): number {
  let smoke = 0;
  for (const { acts } of visits) {
    for (const { interaction, from, to } of acts) {
      if (interaction !== 'Cauterization' || time < from) continue;
      const burning = Math.min(time, to) - from;
      smoke += (1 - Math.exp(-burning / 2)) * Math.exp(-Math.max(0, time - to) / SMOKE_DECAY);
    }
  }
  return Math.min(1, smoke);
}

const MARKS: Partial<Record<Interaction, Mark['kind']>> = {
  Cutting: 'cut',
  Cauterization: 'char',
  Clipping: 'clip',
  Staple: 'staples',
  Suturing: 'stitch',
};

function marksOf(seed: number, visit: Visit, time: number, aspect: number): Mark[] {
  return visit.acts.flatMap((act): Mark[] => {
    const kind = MARKS[act.interaction];
    if (kind === undefined || time < act.from + 0.4) return [];
    const moment = act.from + 0.4;
    const pose = poseAt(visit, moment, aspect);
    const tip = tipOf(pose);
    const camera = cameraAt(seed, moment);
    const place = toMap(camera, tip.x, tip.y);
    const angle = Math.atan2(pose.wristY - pose.portY, pose.wristX - pose.portX) + camera.angle;
    const mark = { ...place, angle, seed: act.seed };
    const done = Math.min(1, (time - moment) / Math.max(0.5, act.to - moment));
    const marks: Mark[] = [{ ...mark, kind, size: SIZES[kind] * done }];
    if (kind === 'cut' || (kind === 'char' && act.bleeds)) {
      marks.push({ ...mark, kind: 'blood', size: bloodSpread(act, time) });
    }
    return marks;
  });
}

const SIZES: Readonly<Record<Mark['kind'], number>> = {
  blood: 0.2,
  char: 0.042,
  cut: 0.16,
  clip: 0.1,
  staples: 0.2,
  stitch: 0.12,
};

/** Map units that a bleeding has spread since its cut; it slows down as it clots. */
function bloodSpread(act: Act, time: number): number {
  const since = time - act.from - 0.8;
  return act.bleeds && since > 0 ? 0.17 * (1 - Math.exp(-since / 2.5)) : 0;
}
