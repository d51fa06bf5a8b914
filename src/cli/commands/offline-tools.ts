import type { Command } from 'commander';
import { registerAnalyze } from './analyze.js';
import { registerEvaluate } from './evaluate.js';
import { registerExtract } from './extract.js';
import { registerVisualize } from './visualize.js';

/** The researcher's commands: files in, files out, without a service. */
export function registerOfflineTools(program: Command): void {
  registerAnalyze(program);
  registerVisualize(program);
  registerExtract(program);
  registerEvaluate(program);
}
