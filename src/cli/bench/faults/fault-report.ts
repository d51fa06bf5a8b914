import { NOT_RUN, type FaultReport, type FaultResult } from './run-faults.js';

/** One fault as a line of a terminal. */
export function faultLine({ name, passed, observed, recoveryMs }: FaultResult): string {
  const recovery = recoveryMs === null ? '' : ` (${milliseconds(recoveryMs)})`;
  return `${passed ? 'ok    ' : 'FAILED'} ${name.padEnd(20)} ${observed}${recovery}`;
}

/** The end of a campaign, as lines. */
export function summaryLines({ results, descriptors, processesLeft, passed }: FaultReport): string[] {
  const good = results.filter((result) => result.passed).length;
  return [
    ...NOT_RUN.map(({ name, why }) => `not run ${name}: ${why}`),
    `descriptors ${descriptors.before} before, ${descriptors.after} after; decoders left: ${processesLeft}`,
    `${good} of ${results.length} faults as they should be: ${passed ? 'passed' : 'FAILED'}`,
  ];
}

/** The whole campaign as a Markdown page. */
export function faultPage(report: FaultReport): string {
  const rows = report.results.map(
    ({ name, does, observed, recoveryMs, passed }) =>
      `| ${name} | ${cell(does)} | ${cell(observed)} | ${recoveryMs === null ? '' : milliseconds(recoveryMs)} | ${passed ? 'ok' : '**failed**'} |`,
  );
  return [
    '| fault | what is done | what was observed | recovery | |',
    '|---|---|---|---|---|',
    ...rows,
    ...NOT_RUN.map(({ name, why }) => `| ${name} | not run | ${cell(why)} | | |`),
    '',
    ...summaryLines(report)
      .slice(-2)
      .map((line) => `${line}.`),
    '',
  ].join('\n');
}

function milliseconds(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
