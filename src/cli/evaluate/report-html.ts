import { displayName } from '../../pictures/class-colours.js';
import { barChart } from './plots/bar-chart.js';
import { lineChart } from './plots/line-chart.js';
import { escaped, share } from './plots/svg.js';
import type {
  EvaluationReport,
  LocalizationPoint,
  LocalizationReport,
  PointingReport,
  PresenceClass,
  PresenceReport,
} from './report.js';
import { REPORT_STYLE } from './report-style.js';

/** The report as one page that needs nothing but itself. `pictures`: JPEG files of the examples, in their order. */
export function renderReport(
  report: EvaluationReport,
  pictures: readonly (Uint8Array | undefined)[],
): string {
  const { model, dataset, settings, presence, localization, pointing, notes } = report;
  const title = `${model.name} on ${dataset.name}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<header>
<h1>${escaped(title)}</h1>
<p class="faint">${dataset.frames} frames, layout ${escaped(dataset.layout)}, split ${escaped(dataset.split)} · model version ${escaped(model.version)},
SHA-256 ${escaped(model.sha256.slice(0, 16))}… · ${escaped(settings.cam.replaceAll('_', '-'))} of ${escaped(settings.layers.join(', '))}</p>
${tiles(presence, localization, pointing)}
${notes.map((note) => `<p class="note">${escaped(note)}</p>`).join('\n')}
</header>
${presence === undefined ? '' : presenceSection(presence, oneOrSeveral(settings.classThresholds))}
${localization === undefined ? '' : localizationSection(localization, settings.boxIou)}
${pointing === undefined ? '' : pointingSection(pointing)}
${examplesSection(report, pictures)}
</body>
</html>
`;
}

function tiles(
  presence?: PresenceReport,
  localization?: LocalizationReport,
  pointing?: PointingReport,
): string {
  const shown: [string, string][] = [];
  if (presence !== undefined) {
    shown.push([share(presence.mAP), 'mAP of presence'], [share(presence.subsetAccuracy), 'subset accuracy']);
  }
  if (localization !== undefined) {
    const best = pointAt(localization, localization.bestRoiThreshold);
    const at = `at T_roi ${localization.bestRoiThreshold}`;
    shown.push([share(best.meanIou), `mean IoU ${at}`], [share(best.boxAp), `box AP ${at}`]);
  }
  if (pointing !== undefined) shown.push([share(pointing.accuracy), 'pointing game']);
  const cells = shown.map(([value, label]) => `<div class="tile"><b>${value}</b><span>${label}</span></div>`);
  return `<div class="tiles">${cells.join('')}</div>`;
}

function presenceSection({ classes }: PresenceReport, classThreshold: string): string {
  const curves = classes.map(({ name, curve, averagePrecision, positives }) => {
    const label = displayName(name);
    const chart = lineChart({
      description: `precision against recall of ${label}`,
      xLabel: 'recall',
      yLabel: 'precision',
      width: 230,
      height: 180,
      series: [{ name: label, colour: 1, points: curve }],
    });
    const said = positives === 0 ? 'never occurs' : `AP ${share(averagePrecision)}, ${positives} frames`;
    return `<figure>${chart}<figcaption><b>${escaped(label)}</b> ${said}</figcaption></figure>`;
  });
  const bars = classes.map(({ name, averagePrecision }) => ({
    name: displayName(name),
    value: averagePrecision,
  }));
  return `<section>
<h2>Presence</h2>
<p>Which classes are in a frame. Average precision by scikit-learn's definition; its mean is over the classes that occur.</p>
<figure>${barChart('average precision of every class', bars, 720)}</figure>
<h2>Precision against recall</h2>
<div class="grid-small">${curves.join('\n')}</div>
<h2>Presence at T_class ${classThreshold}</h2>
<div class="scroll"><table><thead><tr><th>class</th><th>found</th><th>missed</th><th>invented</th><th>rightly absent</th>
<th>precision</th><th>recall</th><th>F1</th></tr></thead><tbody>${classes.map(confusionRow).join('\n')}</tbody></table></div>
</section>`;
}

function confusionRow(row: PresenceClass): string {
  const { truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn } = row;
  const total = tp + fp + fn + tn;
  const cell = (count: number): string =>
    `<td class="shade" style="--depth:${((count / Math.max(total, 1)) * 0.55).toFixed(3)}">${count}</td>`;
  return `<tr><td>${escaped(displayName(row.name))}</td>${[tp, fn, fp, tn].map(cell).join('')}<td>${share(row.precision)}</td><td>${share(row.recall)}</td><td>${share(row.f1)}</td></tr>`;
}

function localizationSection({ sweep, bestRoiThreshold }: LocalizationReport, boxIou: number): string {
  const best = pointAt({ sweep }, bestRoiThreshold);
  const line = (value: (point: LocalizationPoint) => number | null): [number, number][] =>
    sweep.flatMap((point) => {
      const y = value(point);
      return y === null ? [] : [[point.roiThreshold, y]];
    });
  const means = lineChart({
    description: 'mean IoU and box AP against the heatmap threshold',
    xLabel: 'T_roi',
    yLabel: 'mean IoU, box AP',
    width: 720,
    height: 300,
    series: [
      { name: 'mean IoU', colour: 1, points: line(({ meanIou }) => meanIou) },
      { name: 'box AP', colour: 2, points: line(({ boxAp }) => boxAp), dashes: '6 4' },
    ],
    mark: { x: bestRoiThreshold, label: `best mean IoU ${share(best.meanIou)} at ${bestRoiThreshold}` },
  });
  const classes = best.classes.map(({ name, meanIou, boxAp }, k) => {
    const label = displayName(name);
    const chart = lineChart({
      description: `IoU and box AP of ${label} against the heatmap threshold`,
      xLabel: 'T_roi',
      yLabel: 'IoU, AP',
      width: 230,
      height: 180,
      series: [
        { name: 'IoU', colour: 1, points: line((point) => point.classes[k]!.meanIou) },
        { name: 'AP', colour: 2, points: line((point) => point.classes[k]!.boxAp), dashes: '6 4' },
      ],
    });
    return `<figure>${chart}<figcaption><b>${escaped(label)}</b> IoU ${share(meanIou)}, AP ${share(boxAp)} at ${bestRoiThreshold}</figcaption></figure>`;
  });
  const key = '<span class="key c1"></span>mean IoU<span class="key c2"></span>box AP';
  return `<section>
<h2>Localization</h2>
<p>Boxes around the heatmap's regions above T_roi against the true box of each class. IoU is the mean over all boxes of a
class in a frame; box AP counts a box as right from an IoU of ${boxIou} on.</p>
<figure>${means}<figcaption>${key}</figcaption></figure>
<h2>Localization of every class</h2>
<p class="faint">${key}</p>
<div class="grid-small">${classes.join('\n')}</div>
</section>`;
}

function pointingSection({ classes, frames }: PointingReport): string {
  const judged = classes.filter(({ total }) => total > 0);
  const bars = judged.map(({ name, accuracy }) => ({ name: displayName(name), value: accuracy }));
  return `<section>
<h2>Pointing game</h2>
<p>How often a class's heatmap is highest on a pixel of that class, of the ${frames} frames with a mask. Every class that is there is asked, found or not.</p>
<figure>${barChart('pointing game of every class', bars, 720)}</figure>
</section>`;
}

/** A threshold that is mostly the same for every class. */
function oneOrSeveral(thresholds: readonly number[]): string {
  return [...new Set(thresholds)].join(', ');
}

function examplesSection(
  { examples, localization, settings }: EvaluationReport,
  pictures: readonly (Uint8Array | undefined)[],
): string {
  if (examples.length === 0) return '';
  const measure = localization === undefined ? 'classes told rightly' : 'mean IoU';
  const part = (kind: 'best' | 'worst', heading: string): string => {
    const figures = examples.flatMap((example, i) => {
      const picture = pictures[i];
      if (example.kind !== kind || picture === undefined) return [];
      const source = `data:image/jpeg;base64,${Buffer.from(picture).toString('base64')}`;
      const name = escaped(`${example.video}/${example.name}`);
      return [
        `<figure><img src="${source}" alt="${name} with its boxes"><figcaption><b>${name}</b> ${measure} ${share(example.score)}</figcaption></figure>`,
      ];
    });
    return figures.length === 0
      ? ''
      : `<h2>${heading}</h2>\n<div class="grid-wide">${figures.join('\n')}</div>`;
  };
  return `<section>
${part('worst', 'The worst frames')}
${part('best', 'The best frames')}
<p class="faint">Boxes and scores of these frames at T_roi ${oneOrSeveral(settings.roiThresholds)}. Solid boxes are predicted, dashed ones are true.</p>
</section>`;
}

function pointAt({ sweep }: Pick<LocalizationReport, 'sweep'>, threshold: number): LocalizationPoint {
  return sweep.find(({ roiThreshold }) => roiThreshold === threshold)!;
}
