// Taken once: looking up `Math` costs more than the arithmetic where modules run in a context of their own (jest).
const { floor, imul, max, min } = Math;

/** Mixes integers into one 32-bit hash; the seed of everything random in the scene. */
export function hash(...values: readonly number[]): number {
  let state = 0x9e3779b9;
  for (const value of values) {
    state = imul(state ^ (value | 0), 0x85ebca6b);
    state ^= state >>> 15;
    state = imul(state + 0x6d2b79f5, 0xc2b2ae35);
    state ^= state >>> 13;
  }
  return state >>> 0;
}

/**
 * A small repeatable generator (a Weyl sequence through a 32-bit mixer). The scene must be the same on every
 * machine, which rules out `Math.random` and clocks.
 */
export class Random {
  #state: number;

  constructor(...seed: readonly number[]) {
    this.#state = hash(...seed);
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = imul(this.#state ^ (this.#state >>> 15), 0x2c1b3c6d);
    mixed = imul(mixed ^ (mixed >>> 12), 0x297a2d39);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4294967296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = floor(this.next() * (last + 1));
      [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
    }
    return shuffled;
  }
}

/** 0 below `low`, 1 above `high`, smooth between. */
export function smoothstep(low: number, high: number, value: number): number {
  const t = min(1, max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** Smooth noise in [-1, 1] over time, one new value a second; random access, so frames need no history. */
export function wander(seed: number, time: number): number {
  const whole = floor(time);
  const from = hash(seed, whole) / 2147483648 - 1;
  const to = hash(seed, whole + 1) / 2147483648 - 1;
  return from + (to - from) * smoothstep(0, 1, time - whole);
}
