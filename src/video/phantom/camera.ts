import { Random, hash, smoothstep, wander } from './random.js';

const { cos, sin } = Math;

/** View of the operated region: middle of the picture in map units, zoom, rotation in radians, breathing phase. */
export interface CameraState {
  readonly x: number;
  readonly y: number;
  /** Map units that one picture height shows. */
  readonly zoom: number;
  readonly angle: number;
  readonly breath: number;
}

export interface LightState {
  /** Centre of the light relative to the middle of the picture, picture heights. */
  readonly x: number;
  readonly y: number;
  readonly gain: number;
  /** Darkening towards the border. */
  readonly falloff: number;
  /** Fog everywhere, in [0, 1]. */
  readonly haze: number;
  /** Share of red, green and blue that the lamp and the white balance leave. */
  readonly tint: readonly [number, number, number];
}

/** The optics: what is seen of the picture at all. */
export interface ScopeState {
  /** Radius of the round image, picture heights; beyond the corners where the camera shows no circle. */
  readonly radius: number;
  readonly x: number;
  readonly y: number;
  /** 0: inside the body; 1: the scope is drawn back into its trocar and sees little but the sleeve. */
  readonly withdrawal: number;
  /** Out of focus or fogged, in [0, 1]. */
  readonly blur: number;
}

/** Every so often the scope is drawn back to be cleaned: length of a period and of the withdrawal, seconds. */
const TRANSIT_PERIOD = 48;
const TRANSIT_SECONDS = 5;

export function cameraAt(seed: number, time: number): CameraState {
  const start = new Random(seed, 4);
  return {
    x: start.between(-0.1, 0.1) + 0.1 * wander(hash(seed, 5), time * 0.13),
    y: start.between(-0.1, 0.1) + 0.08 * wander(hash(seed, 6), time * 0.13),
    zoom: start.between(0.78, 1.02) * (1 + 0.06 * wander(hash(seed, 7), time * 0.11)),
    angle: start.between(-0.5, 0.5) + 0.08 * wander(hash(seed, 8), time * 0.09),
    breath: time * 2 * Math.PI * 0.25,
  };
}

/** @param smoke what cauterization has left in the air, in [0, 1]. */
export function lightAt(seed: number, time: number, smoke: number): LightState {
  const random = new Random(seed, 9);
  const foggy = random.between(0, 0.07);
  const warm = random.between(-0.05, 0.05);
  const exposure = 1 + 0.07 * wander(hash(seed, 10), time * 0.3);
  return {
    x: random.between(-0.1, 0.1) + 0.04 * wander(hash(seed, 15), time * 0.2),
    y: random.between(-0.1, 0.06) + 0.04 * wander(hash(seed, 16), time * 0.2),
    gain: random.between(1.02, 1.42) * exposure,
    falloff: random.between(0.9, 2.1),
    haze: Math.min(0.5, foggy * (0.7 + 0.3 * wander(hash(seed, 12), time * 0.2)) + 0.3 * smoke),
    tint: [1 + warm, 1, 1 - warm],
  };
}

export function scopeAt(seed: number, time: number): ScopeState {
  const random = new Random(seed, 17);
  const round = random.chance(0.6);
  const radius = round ? random.between(0.56, 0.68) : 2;
  const period = Math.floor(time / TRANSIT_PERIOD);
  const begin = period * TRANSIT_PERIOD + transitStart(seed, period);
  const withdrawal =
    smoothstep(begin, begin + 1.3, time) * (1 - smoothstep(begin + 3.6, begin + TRANSIT_SECONDS, time));
  const defocus = smoothstep(0.72, 0.95, wander(hash(seed, 18), time * 0.22));
  return {
    radius,
    x: random.between(-0.03, 0.03),
    y: random.between(-0.03, 0.03),
    withdrawal,
    blur: Math.max(defocus, withdrawal * 0.7),
  };
}

/** Only at the end of a period, when no instrument is at work; about two in three periods have none. */
function transitStart(seed: number, period: number): number {
  const random = new Random(seed, period, 19);
  return random.chance(0.35) ? TRANSIT_PERIOD - TRANSIT_SECONDS : Infinity;
}

/** Whether the scope is being drawn back at some moment of [from, to]: no instrument works then. */
export function isTransit(seed: number, from: number, to: number): boolean {
  const period = Math.floor(from / TRANSIT_PERIOD);
  const begin = period * TRANSIT_PERIOD + transitStart(seed, period);
  return begin < to && from < begin + TRANSIT_SECONDS;
}

/** Map coordinates of a point of the picture (heights from its middle), tissue at rest. */
export function toMap(camera: CameraState, x: number, y: number): { readonly u: number; readonly v: number } {
  const c = cos(camera.angle) * camera.zoom;
  const s = sin(camera.angle) * camera.zoom;
  return { u: camera.x + c * x - s * y, v: camera.y + s * x + c * y };
}

/** The inverse of toMap. */
export function toPicture(
  camera: CameraState,
  u: number,
  v: number,
): { readonly x: number; readonly y: number } {
  const c = cos(camera.angle) / camera.zoom;
  const s = sin(camera.angle) / camera.zoom;
  const du = u - camera.x;
  const dv = v - camera.y;
  return { x: c * du + s * dv, y: c * dv - s * du };
}
