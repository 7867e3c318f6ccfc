import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { htmlPage } from '../dashboard/html-page.js';
import { fromJson } from '../record/json.js';
import { plainText } from '../report/plain-text.js';
import { toText } from '../report/text.js';
import { createJournal, type Journal } from './journal.js';
import { createLogLines } from './log-lines.js';
import { createLogReader } from './log-reader.js';

/** What a command prints. */
export interface Terminal {
  out(line: string): void;
  err(line: string): void;
}

/**
 * Writes the page of a run: of a log, or of one JSON document. Lines of a log that cannot be read are left out and counted: what
 * was recorded before and after a crash is shown.
 *
 * @throws Error when there is nothing to show, saying why.
 */
export async function writeReport(log: string, html: string, terminal: Terminal): Promise<void> {
  if (resolve(log) === resolve(html)) throw new Error(`the report would overwrite its own log, ${log}`);
  const journal = createJournal({ judges: true });
  if (await isDocument(log)) await readDocument(log, journal);
  else await readLog(log, journal, terminal);
  const report = journal.report();
  await writeFile(html, htmlPage(journal.news(report), { plain: toText(report) }));
  terminal.out(plainText(report.verdict));
  terminal.out(`Written to ${plainText(html)}`);
}

/** By its name, unless it begins like a line of a log all the same. */
async function isDocument(path: string): Promise<boolean> {
  if (!/\.json$/i.test(path)) return false;
  for await (const bytes of createReadStream(path, { end: 99 })) {
    return !/^\ufeff?\s*\{\s*"(facts|step|finding|end)"/.test(String(bytes));
  }
  return false;
}

async function readDocument(path: string, journal: Journal): Promise<void> {
  const { steps, ...facts } = fromJson((await readFile(path, 'utf8')).replace(/^\ufeff/, ''));
  journal.open(facts);
  for (const record of steps) journal.write(record);
  if (steps.length === 0) throw new Error(`${path} holds no record of a step`);
}

async function readLog(path: string, journal: Journal, terminal: Terminal): Promise<void> {
  const reader = createLogReader(journal);
  const lines = createLogLines();
  // In pieces, for a log may be larger than the longest string.
  for await (const bytes of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    for (const line of lines.push(bytes)) reader.line(line);
  }
  reader.last(lines.rest());
  if (journal.recorded === 0) {
    const fault = reader.broken > 0 ? `; ${plainText(reader.firstFault)}` : '';
    throw new Error(`${path} holds no record of a step, as jsonlSink writes them${fault}`);
  }
  if (reader.broken > 0) {
    terminal.err(
      `Left out ${reader.broken} lines that are no part of a run: ${plainText(reader.firstFault)}`,
    );
  }
}
