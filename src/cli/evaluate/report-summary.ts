import { share } from './plots/svg.js';
import type { EvaluationReport } from './report.js';

/** The report in lines of a terminal. */
export function summarize({ presence, localization, pointing, dataset, notes }: EvaluationReport): string[] {
  const lines = [`${dataset.frames} frames of ${dataset.name}, split ${dataset.split}`];
  const best = localization?.sweep.find(({ roiThreshold }) => roiThreshold === localization.bestRoiThreshold);
  const names = (presence ?? best)?.classes.map(({ name }) => name) ?? [];
  const width = Math.max(5, ...names.map((name) => name.length));
  const header = [
    ...(presence === undefined ? [] : ['frames', '   AP', 'prec.', 'recall']),
    ...(best === undefined ? [] : ['  IoU', 'box AP']),
    ...(pointing === undefined ? [] : ['point.']),
  ];
  lines.push(`${'class'.padEnd(width)}  ${header.join('  ')}`);
  names.forEach((name, k) => {
    const row = presence?.classes[k];
    const place = best?.classes[k];
    const cells = [
      ...(row === undefined
        ? []
        : [
            String(row.positives).padStart(6),
            share(row.averagePrecision).padStart(5),
            share(row.precision).padStart(5),
            share(row.recall).padStart(6),
          ]),
      ...(place === undefined ? [] : [share(place.meanIou).padStart(5), share(place.boxAp).padStart(6)]),
      ...(pointing === undefined ? [] : [share(pointing.classes[k]!.accuracy).padStart(6)]),
    ];
    lines.push(`${name.padEnd(width)}  ${cells.join('  ')}`);
  });
  if (presence !== undefined) {
    lines.push(
      `mAP ${presence.mAP?.toFixed(3) ?? '–'}, subset accuracy ${presence.subsetAccuracy.toFixed(3)}`,
    );
  }
  if (best !== undefined) {
    lines.push(
      `best mean IoU ${share(best.meanIou)} at T_roi ${best.roiThreshold}, box AP there ${share(best.boxAp)}`,
    );
  }
  if (pointing !== undefined) {
    const total = pointing.classes.reduce((sum, row) => sum + row.total, 0);
    lines.push(`pointing game ${share(pointing.accuracy)} of ${total} heatmaps`);
  }
  return [...lines, ...notes];
}
