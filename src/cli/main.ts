#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { runCli } from './run-cli.js';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8');
const terminal = {
  out: (line: string) => console.log(line),
  err: (line: string) => console.error(line),
};
process.exitCode = await runCli(
  process.argv.slice(2),
  stopping.signal,
  terminal,
  JSON.parse(manifest).version,
);
