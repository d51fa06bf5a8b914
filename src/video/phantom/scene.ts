import { INSTRUMENT_KINDS, type InstrumentPose } from './instruments.js';
import { Random, hash, smoothstep, wander } from './random.js';

/** The picture is one scene unit high and this wide, whatever its size in pixels. */
export const SCENE_WIDTH = 1.25;
/** Instruments come and go within a chapter; at its borders only tissue is seen. */
export const CHAPTER_SECONDS = 12;
/** Time an instrument takes to come in or to leave. */
const TRAVEL_SECONDS = 1.4;

/** View of the tissue: shift in scene units, zoom, rotation in radians, phase of the breathing. */
export interface CameraState {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
  readonly angle: number;
  readonly breath: number;
}

export interface LightState {
  /** Centre of the light, in scene units. */
  readonly x: number;
  readonly y: number;
  readonly gain: number;
  /** Darkening towards the border. */
  readonly falloff: number;
  /** Smoke in [0, 1]. */
  readonly haze: number;
}

/** Everything that one picture shows; a pure function of seed and time. */
export interface SceneState {
  readonly camera: CameraState;
  readonly light: LightState;
  /** Back to front. Those on their way in may still be outside the picture. */
  readonly instruments: readonly InstrumentPose[];
}

/** One instrument's visit, in seconds of the scene. */
interface Visit {
  readonly start: number;
  readonly end: number;
  readonly random: Random;
  readonly seed: number;
}

/** Where the instruments come from (range of angles around the picture, radians) and how often. */
const LANES = [
  { from: -0.35, to: 0.85, probability: 1 },
  { from: 2.3, to: 3.5, probability: 0.75 },
  { from: 0.9, to: 5.9, probability: 0.4 },
] as const;

/** `time` in seconds, from 0. */
export function sceneAt(seed: number, time: number): SceneState {
  const chapter = Math.floor(time / CHAPTER_SECONDS);
  const kinds = new Random(seed, chapter, 1).shuffle(INSTRUMENT_KINDS);
  const instruments: InstrumentPose[] = [];
  LANES.forEach((lane, index) => {
    const visit = visitOf(seed, chapter, index, lane.probability);
    if (visit === undefined || time < visit.start || time > visit.end) return;
    instruments.push(poseAt(visit, lane, kinds[index]!, time));
  });
  return { camera: cameraAt(seed, time), light: lightAt(seed, time), instruments };
}

function visitOf(seed: number, chapter: number, lane: number, probability: number): Visit | undefined {
  const random = new Random(seed, chapter, lane, 2);
  if (!random.chance(probability)) return undefined;
  const begin = chapter * CHAPTER_SECONDS;
  const start = begin + random.between(0.3, 3.5);
  const end = Math.min(start + random.between(5.5, 9), begin + CHAPTER_SECONDS - 0.3);
  return { start, end, random, seed: hash(seed, chapter, lane, 3) };
}

function poseAt(
  visit: Visit,
  lane: { readonly from: number; readonly to: number },
  kind: InstrumentPose['kind'],
  time: number,
): InstrumentPose {
  const { random, seed } = visit;
  const around = random.between(lane.from, lane.to);
  const portX = SCENE_WIDTH / 2 + Math.cos(around) * 1.15;
  const portY = 0.5 + Math.sin(around) * 1;
  const centerX = SCENE_WIDTH / 2 + random.between(-0.22, 0.22) + Math.cos(around) * 0.2;
  const centerY = 0.5 + random.between(-0.16, 0.16) + Math.sin(around) * 0.16;
  const scale = random.between(1, 1.4) * (1 + 0.06 * wander(seed ^ 5, time * 0.4));
  const targetX = centerX + 0.13 * wander(seed ^ 1, time * 0.7) + 0.03 * wander(seed ^ 2, time * 2.1);
  const targetY = centerY + 0.11 * wander(seed ^ 3, time * 0.7) + 0.03 * wander(seed ^ 4, time * 2.1);
  const reach =
    smoothstep(visit.start, visit.start + TRAVEL_SECONDS, time) *
    (1 - smoothstep(visit.end - TRAVEL_SECONDS, visit.end, time));
  return {
    kind,
    portX,
    portY,
    wristX: portX + (targetX - portX) * reach,
    wristY: portY + (targetY - portY) * reach,
    bend: 0.75 * wander(seed ^ 6, time * 0.6) * reach,
    opening: 0.22 + 0.22 * wander(seed ^ 7, time * 1.3),
    scale,
  };
}

function cameraAt(seed: number, time: number): CameraState {
  const start = new Random(seed, 4);
  return {
    x: start.between(0, 1.6) + 0.16 * wander(hash(seed, 5), time * 0.13) + time * 0.004,
    y: start.between(0, 1.6) + 0.12 * wander(hash(seed, 6), time * 0.13),
    zoom: start.between(0.8, 1.15) * (1 + 0.05 * wander(hash(seed, 7), time * 0.11)),
    angle: start.between(0, 6.28) + 0.1 * wander(hash(seed, 8), time * 0.09),
    breath: time * 2 * Math.PI * 0.25,
  };
}

function lightAt(seed: number, time: number): LightState {
  const random = new Random(seed, 9);
  const smoky = random.between(0.02, 0.2);
  return {
    x: SCENE_WIDTH * random.between(0.4, 0.6),
    y: random.between(0.38, 0.58),
    gain: random.between(0.92, 1.25) * (1 + 0.04 * wander(hash(seed, 10), time * 0.3)),
    falloff: random.between(0.9, 1.9),
    haze: smoky * (0.6 + 0.4 * wander(hash(seed, 12), time * 0.2)),
  };
}
