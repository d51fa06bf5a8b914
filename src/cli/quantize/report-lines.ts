import { FIDELITY_BOUNDS } from '../../models/quantization-fidelity.js';
import type { QuantizationReport } from '../../models/quantization-report.js';
import type { LayerReport } from '../../onnx/quantize/describe-layers.js';

/** Layers of the least signal to noise that are shown; the report file has all. */
const WORST_LAYERS = 8;

/** What quantizing has measured, for a terminal. */
export function reportLines(report: QuantizationReport): string[] {
  const { frames, candidates, chosen, fidelity, missed, layers } = report;
  const bounds: Readonly<Record<string, number | undefined>> = FIDELITY_BOUNDS;
  const worst = [...layers].sort((a, b) => decibels(a) - decibels(b)).slice(0, WORST_LAYERS);
  return [
    `  frames    ${frames.calibration} to calibrate, ${frames.selection} to choose by, ${frames.heldOut} held out`,
    `  ranges    ${chosen.method}${chosen.biasCorrection ? ', biases corrected' : ''}; of ${candidates.length} ways tried:`,
    ...candidates.map(
      ({ method, biasCorrection, floatLayers, shareOfAllowance }) =>
        `              ${`${method}${biasCorrection ? ', biases' : ''}`.padEnd(28)}` +
        `${(100 * shareOfAllowance).toFixed(1).padStart(6)} % of what is allowed` +
        (floatLayers.length > 0 ? `, ${floatLayers.length} layers float32` : ''),
    ),
    `  float32   ${chosen.floatLayers.join(', ') || 'no convolution; the head and Grad-CAM always'}`,
    '  on the frames held out',
    ...Object.entries(fidelity).map(
      ([name, value]: [string, number]) =>
        `    ${name.padEnd(24)}${value.toFixed(4)}${bounds[name] === undefined ? '' : ` (bound ${bounds[name]})`}`,
    ),
    ...missed.map((line) => `  MISSED: ${line}`),
    `  layers of the least signal to noise`,
    `    ${'layer'.padEnd(28)}${'input range'.padEnd(22)}${'coded as'.padEnd(22)}SQNR dB`,
    ...worst.map(layerLine),
  ];
}

function layerLine({ name, measured, coded, sqnrDb, precision }: LayerReport): string {
  const range = (pair: readonly [number, number] | undefined): string =>
    pair === undefined ? precision : pair.map((value) => value.toPrecision(4)).join(' to ');
  return `    ${name.padEnd(28)}${range(measured).padEnd(22)}${range(coded).padEnd(22)}${sqnrDb?.toFixed(1) ?? 'exact'}`;
}

function decibels({ sqnrDb }: LayerReport): number {
  return sqnrDb ?? Infinity;
}
