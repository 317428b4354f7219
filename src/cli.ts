#!/usr/bin/env node
import { createProgram } from './cli/program.js';
import { messageOf } from './core/errors.js';

createProgram((line) => process.stdout.write(`${line}\n`))
  .parseAsync()
  .catch((error) => {
    process.stderr.write(`scoregraph: ${messageOf(error)}\n`);
    process.exitCode = 1;
  });
