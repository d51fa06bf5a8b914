import type { Chart } from './plot.js';

/** The rows of the suite, in the order in which they are measured. */
export const ROW_NAMES = [
  'reference',
  'limit',
  'hd-live',
  'scaling',
  'ceiling',
  'fairness',
  'start-up',
  'gpu',
  'soak',
  'memory',
] as const;
export type RowName = (typeof ROW_NAMES)[number];

/** One number of a row. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** Of `value`, as it is written behind it: "frames/s", "ms", "x". */
  readonly unit: string;
  /** Least and greatest of the repetitions; absent where there was one. */
  readonly spread?: readonly [number, number];
  /** Key into the goals. */
  readonly goal?: string;
}

/** What does not fit into a column of figures. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** What a row found. Everything in it can be written as JSON. */
export interface RowFindings {
  /** How it was measured, in a sentence or two. */
  readonly how: string;
  readonly figures: readonly Figure[];
  readonly table?: Table;
  readonly charts?: readonly Chart[];
  /** What could not be measured here, each with its reason. */
  readonly notMeasured?: readonly string[];
  /** Ended with an error, which is among what was not measured. */
  readonly failed?: boolean;
  /** Everything behind the figures. */
  readonly data?: unknown;
}

export interface SuiteOptions {
  /** Seconds of one measurement. */
  readonly seconds: number;
  readonly memoryMinutes: number;
  readonly soakMinutes: number;
  /** With torch and torchvision. */
  readonly python: string;
}

/** What every row is given. */
export interface RowContext extends SuiteOptions {
  /** For files made on the way; shared by the rows. */
  readonly folder: string;
  readonly onStep: (step: string) => void;
}

export type Row = (context: RowContext) => Promise<RowFindings>;
