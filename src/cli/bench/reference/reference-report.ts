import type { WorkerLayout } from '../../../inference/worker-layout.js';
import type { Comparison, Spread } from './comparison.js';
import type { SameWork } from './same-work.js';

/** Both sides with so many classes present. */
export interface ReferenceRow {
  readonly present: number;
  readonly classIds: readonly number[];
  /** The service's engine on decoded pictures. */
  readonly engine: Comparison;
  /** `surgicam extract`, pictures read and features written; the reference with its reading. Only when asked for. */
  readonly extract?: Comparison;
  /** How far their results for the first picture are apart. */
  readonly same: SameWork;
}

export interface ReferenceReport {
  readonly machine: { readonly cores: number; readonly processor: string };
  readonly versions: { readonly node: string; readonly torch: string };
  readonly model: { readonly name: string; readonly architecture: string; readonly classes: number };
  readonly threads: number;
  /** How the engine used them. */
  readonly layout: WorkerLayout;
  /** In a turn of the engine and of the script. */
  readonly frames: number;
  /** In a turn of `extract`; 0: not measured. */
  readonly extractFrames: number;
  readonly rounds: number;
  readonly features: string;
  readonly backward: 'network' | 'activation';
  readonly rows: readonly ReferenceRow[];
}

/** The report for a person, as Markdown. */
export function referenceLines(report: ReferenceReport): string[] {
  const { machine, versions, model, layout, threads, frames, rounds, rows } = report;
  const feature = report.features.toUpperCase().replace('_', '-');
  return [
    `${model.name} (${model.architecture}, ${model.classes} classes), ${threads} threads of ${machine.cores} cores ` +
      `(${machine.processor}); PyTorch ${versions.torch}; Node ${versions.node}, ` +
      `${layout.workers} workers x ${layout.intraOpThreads} threads`,
    `per frame: scores, Grad-CAM heatmaps at input size, boxes, ${feature}; pictures decoded beforehand; ` +
      (report.backward === 'network'
        ? "the reference's whole backward pass"
        : 'backward pass to layer4 alone'),
    `medians (least to most) of ${rounds} rounds in turns of ${frames} frames; on a shared machine read the ratios`,
    '',
    ...table(
      'engine',
      rows.map(({ present, engine }) => [present, engine]),
    ),
    '',
    ...extractLines(report),
    ...rows.map(({ present, same }) => {
      const boxes = `${same.sharedBoxes} of ${same.allBoxes} boxes are equal`;
      const differences = [same.logits, same.heatmaps, same.features].map((value) => value.toExponential(0));
      return `same work, ${present} present: ${boxes}; logits differ by ${differences[0]}, heatmaps by ${differences[1]}, features by ${differences[2]}`;
    }),
  ];
}

function extractLines({ rows, extractFrames }: ReferenceReport): string[] {
  const measured = rows.flatMap(({ present, extract }): [number, Comparison][] =>
    extract === undefined ? [] : [[present, extract]],
  );
  if (measured.length === 0) return [];
  return [
    `\`surgicam extract\` on ${extractFrames} of the pictures, read and features written; the reference with its reading, without writing`,
    '',
    ...table('extract', measured),
    '',
  ];
}

function table(name: string, rows: readonly (readonly [number, Comparison])[]): string[] {
  return [
    `| classes present | reference, ms a frame | Surgicam's ${name}, ms a frame | ratio | of the fastest turns | of processor time |`,
    '|---|---|---|---|---|---|',
    ...rows.map(([present, { referenceMs, oursMs, ratio, fastestRatio, processorRatio }]) => {
      const cells = [
        text(referenceMs, 0),
        text(oursMs, 1),
        `**${text(ratio, 1, '**')}`,
        fastestRatio.toFixed(1),
        text(processorRatio, 1),
      ];
      return `| ${present} | ${cells.join(' | ')} |`;
    }),
  ];
}

function text({ median, least, most }: Spread, digits: number, after = ''): string {
  return `${median.toFixed(digits)}${after} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}
