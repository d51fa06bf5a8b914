import { setTimeout as delay } from 'node:timers/promises';
import { SurgicamError } from '../../../domain/errors.js';
import { Arena } from './arena.js';
import { CLIENT_FAULTS } from './client-faults.js';
import { within } from './expectations.js';
import type { Fault, FaultFamily } from './fault.js';
import { LIMIT_FAULTS } from './limit-faults.js';
import { MEDIA_FAULTS } from './media-faults.js';
import { SECURITY_FAULTS } from './security-faults.js';
import { SHUTDOWN_FAULTS } from './shutdown-faults.js';
import { SOURCE_FAULTS } from './source-faults.js';
import { WIRE_FAULTS } from './wire-faults.js';

export const FAULTS: readonly Fault[] = [
  ...SOURCE_FAULTS,
  ...MEDIA_FAULTS,
  ...CLIENT_FAULTS,
  ...WIRE_FAULTS,
  ...LIMIT_FAULTS,
  ...SECURITY_FAULTS,
  ...SHUTDOWN_FAULTS,
];

/** What a campaign cannot do to a service from outside, and where it is shown instead. */
export const NOT_RUN: readonly { readonly name: string; readonly why: string }[] = [
  {
    name: 'worker-crash',
    why: 'a thread cannot be killed from outside; test/e2e/worker-loss does it inside',
  },
  { name: 'clock-step', why: 'the clock of one process cannot be set without libfaketime' },
];

export interface FaultResult {
  readonly name: string;
  readonly family: FaultFamily;
  readonly does: string;
  readonly passed: boolean;
  readonly observed: string;
  readonly recoveryMs: number | null;
  readonly seconds: number;
}

export interface FaultReport {
  readonly results: readonly FaultResult[];
  /** Of the service, before and after all faults. */
  readonly descriptors: { readonly before: number; readonly after: number };
  /** ffmpeg processes that were left. */
  readonly processesLeft: number;
  readonly passed: boolean;
}

const LIMIT_MS = 150_000;
/** Descriptors that a service in use may have more than a fresh one: a pool's thread, a connection in its last second. */
const SPARE_DESCRIPTORS = 8;

/** The faults one after the other; after each the service must still serve. `onResult` hears of each when it is over. */
export async function runFaults(
  faults: readonly Fault[],
  folder: string,
  onResult: (result: FaultResult) => void,
): Promise<FaultReport> {
  const arena = await Arena.open(folder);
  try {
    const before = await arena.descriptors();
    const results: FaultResult[] = [];
    for (const fault of faults) {
      const result = await runFault(fault, arena);
      arena.tidy();
      results.push(result);
      onResult(result);
    }
    const { after, processesLeft } = await settled(arena, before);
    const passed =
      results.every((result) => result.passed) && after <= before + SPARE_DESCRIPTORS && processesLeft === 0;
    return { results, descriptors: { before, after }, processesLeft, passed };
  } finally {
    await arena.close();
  }
}

async function runFault(fault: Fault, arena: Arena): Promise<FaultResult> {
  const { name, family, does } = fault;
  const startedMs = performance.now();
  const base = { name, family, does };
  try {
    const { observed, recoveryMs } = await within(LIMIT_MS, 'the whole of it', fault.run(arena));
    await arena.serves();
    return {
      ...base,
      passed: true,
      observed,
      recoveryMs: recoveryMs ?? null,
      seconds: secondsSince(startedMs),
    };
  } catch (error) {
    const { message } = SurgicamError.from(error);
    return { ...base, passed: false, observed: message, recoveryMs: null, seconds: secondsSince(startedMs) };
  }
}

function secondsSince(startedMs: number): number {
  return (performance.now() - startedMs) / 1000;
}

/** What is left when connections and children had a few seconds to go. */
async function settled(arena: Arena, before: number): Promise<{ after: number; processesLeft: number }> {
  for (let attempt = 0; ; attempt++) {
    const after = await arena.descriptors();
    const processesLeft = (await arena.ffmpegs()).length;
    if (attempt === 20 || (after <= before + SPARE_DESCRIPTORS && processesLeft === 0)) {
      return { after, processesLeft };
    }
    await delay(500);
  }
}
