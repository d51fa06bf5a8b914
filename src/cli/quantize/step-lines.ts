import type { QuantizationProgress } from '../../models/quantization-search.js';

type Step =
  QuantizationProgress | { readonly stage: 'frames'; readonly done: number; readonly total: number };

const NAMES: Readonly<Record<Step['stage'], string>> = {
  frames: 'reading frames',
  ranges: 'measuring ranges, frames',
  histograms: 'counting values, frames',
  methods: 'trying ways of quantizing',
  layers: 'measuring layers alone',
  'held-out': 'frames held out',
};

/** Progress on standard error: a line that counts up on a terminal, else a line at the end of each stage. */
export function stepLines(stream: NodeJS.WriteStream = process.stderr): (step: Step) => void {
  return ({ stage, done, total }) => {
    const line = `${NAMES[stage]}: ${done} of ${total}`;
    if (done === total) stream.write(stream.isTTY ? `\r${line}\n` : `${line}\n`);
    else if (stream.isTTY) stream.write(`\r${line}`);
  };
}
