import { median } from '../../terminal/rate-meter.js';

/** Of the rounds. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Two sides measured in turns. */
export interface Comparison {
  /** Milliseconds a frame: the whole turn by its frames. */
  readonly oursMs: Spread;
  /** Milliseconds of the turn's median frame, which a stall of the machine leaves alone. */
  readonly referenceMs: Spread;
  /** The reference's time by ours, round by round. */
  readonly ratio: Spread;
  /** The reference's fastest turn by our fastest: what the machine's other work disturbs least. */
  readonly fastestRatio: number;
  /** The same of the processor's time, which other processes do not wait in. */
  readonly processorRatio: Spread;
}

/** Of one turn, milliseconds a frame. */
export interface TurnTime {
  readonly ms: number;
  /** Of the processor, all threads together. */
  readonly processorMs: number;
}

export interface TurnPair {
  readonly ours: TurnTime;
  readonly reference: TurnTime;
}

/** Runs something that goes through so many frames. */
export async function timedTurn(frames: number, run: () => Promise<void>): Promise<TurnTime> {
  const before = process.cpuUsage();
  const began = performance.now();
  await run();
  const ms = (performance.now() - began) / frames;
  const { user, system } = process.cpuUsage(before);
  return { ms, processorMs: (user + system) / 1000 / frames };
}

/** At least one pair. */
export function comparisonOf(turns: readonly TurnPair[]): Comparison {
  const oursMs = spreadOf(turns.map(({ ours }) => ours.ms));
  const referenceMs = spreadOf(turns.map(({ reference }) => reference.ms));
  return {
    oursMs,
    referenceMs,
    ratio: spreadOf(turns.map(({ ours, reference }) => reference.ms / ours.ms)),
    fastestRatio: referenceMs.least / oursMs.least,
    processorRatio: spreadOf(turns.map(({ ours, reference }) => reference.processorMs / ours.processorMs)),
  };
}

function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}
