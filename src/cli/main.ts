#!/usr/bin/env node
import { runCli } from './run-cli.js';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

process.exitCode = await runCli(process.argv.slice(2), stopping.signal, {
  out: (line) => console.log(line),
  err: (line) => console.error(line),
});
