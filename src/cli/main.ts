#!/usr/bin/env node
import { createProgram, runProgram } from './program.js';

const program = createProgram();

await runProgram(program, process.argv);
