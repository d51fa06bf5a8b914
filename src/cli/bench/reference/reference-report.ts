import type { WorkerLayout } from '../../../inference/worker-layout.js';
import type { SameWork } from './same-work.js';

/** Of the rounds. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Both sides with so many classes present. */
export interface ReferenceRow {
  readonly present: number;
  readonly classIds: readonly number[];
  /** Milliseconds a frame: the whole turn by its frames. */
  readonly oursMs: Spread;
  /** Milliseconds of the turn's median frame, which a stall of the machine leaves alone. */
  readonly referenceMs: Spread;
  /** The reference's time by ours, round by round. */
  readonly ratio: Spread;
  /** The reference's fastest turn by our fastest: what the machine's other work disturbs least. */
  readonly fastestRatio: number;
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
  readonly frames: number;
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
    '| classes present | reference, ms a frame | Surgicam, ms a frame | ratio | of the fastest turns |',
    '|---|---|---|---|---|',
    ...rows.map(
      ({ present, referenceMs, oursMs, ratio, fastestRatio }) =>
        `| ${present} | ${text(referenceMs, 0)} | ${text(oursMs, 1)} | **${text(ratio, 1, '**')} | ${fastestRatio.toFixed(1)} |`,
    ),
    '',
    ...rows.map(({ present, same }) => {
      const boxes = `${same.sharedBoxes} of ${same.allBoxes} boxes are equal`;
      const differences = [same.logits, same.heatmaps, same.features].map((value) => value.toExponential(0));
      return `same work, ${present} present: ${boxes}; logits differ by ${differences[0]}, heatmaps by ${differences[1]}, features by ${differences[2]}`;
    }),
  ];
}

function text({ median, least, most }: Spread, digits: number, after = ''): string {
  return `${median.toFixed(digits)}${after} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}
