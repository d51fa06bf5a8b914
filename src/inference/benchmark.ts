import type { GraphInput, GraphInputShape, GraphSession } from './graph-session.js';

/** Runs before the clock starts: the first allocates, the second still finds cold caches. */
const WARM_UP_RUNS = 2;

/** T_roi of the made-up inputs: the reference's default, so that masks have a usual size. */
const ROI_THRESHOLD = 0.3;

export interface BenchmarkSubject {
  readonly session: GraphSession;
  /** Fetched outputs. */
  readonly outputs: readonly string[];
}

/**
 * Runs the subjects in turns on made-up frames for `seconds` in all, each at least once; gives the milliseconds of
 * each one's runs.
 */
export async function measureInTurns(
  subjects: readonly BenchmarkSubject[],
  batch: number,
  seconds: number,
): Promise<Float64Array[]> {
  const turns = subjects.map(({ session, outputs }) => {
    const inputs = madeUpInputs(session.inputs, batch);
    return () => session.run(inputs, outputs);
  });
  for (const turn of turns) for (let i = 0; i < WARM_UP_RUNS; i++) await turn();
  const runsMs = turns.map((): number[] => []);
  const endMs = performance.now() + seconds * 1000;
  do {
    for (const [index, turn] of turns.entries()) {
      const startMs = performance.now();
      await turn();
      runsMs[index]!.push(performance.now() - startMs);
    }
  } while (performance.now() < endMs);
  return runsMs.map((runs) => Float64Array.from(runs));
}

function madeUpInputs(shapes: readonly GraphInputShape[], batch: number): Record<string, GraphInput> {
  return Object.fromEntries(shapes.map((shape) => [shape.name, madeUpInput(shape, batch)]));
}

function madeUpInput({ type, dims: sizes }: GraphInputShape, batch: number): GraphInput {
  const dims = sizes.map((size) => (typeof size === 'number' ? size : batch));
  const length = dims.reduce((product, size) => product * size, 1);
  if (type === 'float32') return { type, data: new Float32Array(length).fill(ROI_THRESHOLD), dims };
  // Something like noise: an even picture would make sums of zeros, which some processors add faster.
  const data = new Uint8Array(length).map((_, i) => Math.imul(i, 0x9e3779b1) >>> 24);
  return { type, data, dims };
}
