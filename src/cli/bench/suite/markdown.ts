import { GOALS, meets } from './goals.js';
import type { MeasuredRow, SuiteResults } from './results.js';
import { ROW_NAMES, type Figure, type RowName, type Table } from './row.js';

const TITLES: Readonly<Record<RowName, string>> = {
  reference: "Against the reference's work in PyTorch",
  limit: 'Against what the cores can give',
  'hd-live': '1080p at 60 frames/s, live',
  scaling: 'Feeds and subscribers',
  ceiling: 'Orchestration alone',
  fairness: 'Shares of unequal feeds',
  'start-up': 'Start-up',
  gpu: 'Graphics cards',
  soak: 'Eight feeds, fifty subscribers',
  memory: 'Memory over time',
};

/** With more processors busy the machine had other work when a row was begun. */
const QUIET = 0.2;
/** Repetitions further apart than this say more of the machine than of the program. */
const WIDE_SPREAD = 0.2;

/** The results as a page for people; its charts are files beside it. */
export function markdownOf({ rows }: SuiteResults): string {
  const sections = ROW_NAMES.flatMap((name) => {
    const row = rows[name];
    return row === undefined ? [`## ${TITLES[name]}`, '', 'Not measured.', ''] : section(TITLES[name], row);
  });
  return [
    '# Benchmarks',
    '',
    'Made by `surgicam bench suite`; every number and its repetitions are in `results.json`.',
    '',
    ...sections,
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function section(title: string, row: MeasuredRow): string[] {
  const { machine } = row;
  return [
    `## ${title}`,
    '',
    row.how + '.',
    '',
    ...figureTable(row.figures),
    ...(row.table === undefined ? [] : wideTable(row.table)),
    ...(row.notMeasured ?? []).map((text) => `- Not measured: ${text}`),
    ...(row.notMeasured?.length ? [''] : []),
    ...(row.charts ?? []).flatMap(({ name, title: words }) => [`![${words}](${name}.svg)`, '']),
    `*${row.measuredAt.slice(0, 10)}, ${machine.cores} cores of ${machine.processor}, ${machine.memoryGigabytes} GiB, ` +
      `Node ${machine.node}, onnxruntime ${machine.onnxruntime}; took ${row.tookSeconds.toFixed(0)} s${warning(row)}.*`,
    '',
  ];
}

function wideTable({ columns, rows }: Table): string[] {
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((cell) => (typeof cell === 'number' ? number(cell) : cell)).join(' | ')} |`;
  return [line(columns), `|${'---|'.repeat(columns.length)}`, ...rows.map(line), ''];
}

function figureTable(figures: readonly Figure[]): string[] {
  if (figures.length === 0) return [];
  const rows = figures.map((figure) => {
    const { name, value, unit, spread } = figure;
    const range = spread === undefined ? '' : ` (${number(spread[0])} to ${number(spread[1])})`;
    return `| ${name} | ${number(value)}${unit === '' ? '' : ` ${unit}`}${range} | ${goalText(figure)} |`;
  });
  return ['| | measured | goal |', '|---|---|---|', ...rows, ''];
}

function goalText({ goal: key, value }: Figure): string {
  const goal = key === undefined ? undefined : GOALS[key];
  if (goal === undefined) return '';
  const bound = goal.atLeast === undefined ? `at most ${goal.atMost}` : `at least ${goal.atLeast}`;
  return `${bound}: ${meets(goal, value) ? 'met' : '**missed**'}`;
}

function warning({ busyBefore, figures }: MeasuredRow): string {
  const wide = figures.some(
    ({ value, spread }) =>
      spread !== undefined && value !== 0 && (spread[1] - spread[0]) / Math.abs(value) > WIDE_SPREAD,
  );
  return [
    busyBefore > QUIET ? `; **the machine had other work** (${busyBefore.toFixed(1)} processors)` : '',
    wide ? '; repetitions differ by more than a fifth: read ratios, not rates' : '',
  ].join('');
}

/** Three figures that count, and no more of an integer than it has. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return 'unknown';
  if (Number.isInteger(value)) return String(value);
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toFixed(digits);
}
