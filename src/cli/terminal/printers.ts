import type { Writable } from 'node:stream';
import type { FrameAnalysis } from '../../rpc/gen/surgicam/v1/analysis.js';
import type { SubscribeResponse } from '../../rpc/gen/surgicam/v1/analysis_service.js';
import { frameAnalysisToJson } from '../../rpc/messages/frame-analysis-json.js';
import { writeJsonLine } from '../json-lines.js';
import { analysisLine } from './analysis-line.js';
import { noteOf, type FeedView } from './feed-view.js';
import { LiveTable, tableLines } from './live-table.js';

/** Shows a response of a subscription that `view` has accepted already. */
export interface ResponsePrinter {
  print(response: SubscribeResponse, view: FeedView, nowMs: number): Promise<void> | void;
}

/** JSON lines where asked for, else a live table on a terminal and lines elsewhere. */
export function printerFor({ json = false }: { readonly json?: boolean }): ResponsePrinter {
  if (json) return jsonPrinter(process.stdout, process.stderr);
  return process.stdout.isTTY ? tablePrinter(process.stdout) : linePrinter(process.stdout);
}

/** Every analysis as a line of canonical protobuf JSON on `out`; what else happens, as sentences on `notes`. */
export function jsonPrinter(out: Writable, notes: Writable): ResponsePrinter {
  return {
    async print(message) {
      const { response } = message;
      if (response?.$case === 'frameAnalysis') await writeJsonLine(out, frameAnalysisToJson(response.value));
      else writeNote(message, notes);
    },
  };
}

/** The newest analysis as a table that redraws itself. */
export function tablePrinter(terminal: NodeJS.WriteStream): ResponsePrinter {
  const table = new LiveTable(terminal);
  return {
    print(_, view, nowMs) {
      table.draw(() => tableLines(view.analysis, view), nowMs);
    },
  };
}

const LINE_EVERY_MS = 500;

/** A line when a class is found or lost, and else twice a second; what else happens, as sentences between them. */
export function linePrinter(out: Writable): ResponsePrinter {
  let lastMs = -Infinity;
  let before: ReadonlySet<string> = new Set();
  return {
    print(message, view, nowMs) {
      const { response } = message;
      if (response?.$case !== 'frameAnalysis') {
        writeNote(message, out);
        return;
      }
      const now = presentNames(response.value);
      const change = changeText(before, now);
      before = now;
      if (change === '' && nowMs - lastMs < LINE_EVERY_MS) return;
      lastMs = nowMs;
      out.write(`${analysisLine(response.value, view.meter)}${change}\n`);
    },
  };
}

function presentNames({ classScores }: FrameAnalysis): ReadonlySet<string> {
  return new Set(classScores.filter(({ present }) => present).map(({ className }) => className));
}

function changeText(before: ReadonlySet<string>, now: ReadonlySet<string>): string {
  const found = [...now].filter((name) => !before.has(name)).map((name) => `found ${name}`);
  const lost = [...before].filter((name) => !now.has(name)).map((name) => `lost ${name}`);
  const changes = [...found, ...lost].join(', ');
  return changes === '' ? '' : `   <- ${changes}`;
}

function writeNote(message: SubscribeResponse, target: Writable): void {
  const note = noteOf(message);
  if (note !== undefined) target.write(`-- ${note}\n`);
}
