#!/usr/bin/env node
import { registerBench } from './commands/bench.js';
import { registerClientTools } from './commands/client-tools.js';
import { registerDemo } from './commands/demo.js';
import { registerModelConvert } from './commands/model-convert.js';
import { registerModelImport } from './commands/model-import.js';
import { registerModelInspect } from './commands/model-inspect.js';
import { registerModelQuantize } from './commands/model-quantize.js';
import { registerOfflineTools } from './commands/offline-tools.js';
import { registerOperatorTools } from './commands/operator-tools.js';
import { registerPhantomRender } from './commands/phantom-render.js';
import { registerServe } from './commands/serve.js';
import { createProgram, runProgram } from './program.js';

const program = createProgram();
registerDemo(program);
registerServe(program);
registerClientTools(program);
registerOfflineTools(program);
registerOperatorTools(program);
registerModelImport(program);
registerModelInspect(program);
registerModelQuantize(program);
registerModelConvert(program);
registerPhantomRender(program);
registerBench(program);

await runProgram(program, process.argv);
