import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { htmlPage } from '../dashboard/html-page.js';
import { plainText } from '../report/plain-text.js';
import { toText } from '../report/text.js';
import { createJournal } from './journal.js';
import { createLogLines } from './log-lines.js';
import { createLogReader } from './log-reader.js';

/** What a command prints. */
export interface Terminal {
  out(line: string): void;
  err(line: string): void;
}

/**
 * Writes the page of a log. Lines that cannot be read are left out and counted: what was recorded before and after a crash is shown.
 *
 * @throws Error when there is nothing to show, saying why.
 */
export async function writeReport(log: string, html: string, terminal: Terminal): Promise<void> {
  if (resolve(log) === resolve(html)) throw new Error(`the report would overwrite its own log, ${log}`);
  const journal = createJournal({ judges: true });
  const reader = createLogReader(journal);
  const lines = createLogLines();
  // In pieces, for a log may be larger than the longest string.
  for await (const bytes of createReadStream(log, { highWaterMark: 2 ** 20 })) {
    for (const line of lines.push(bytes)) reader.line(line);
  }
  reader.last(lines.rest());
  if (journal.recorded === 0) {
    const fault = reader.broken > 0 ? `; ${plainText(reader.firstFault)}` : '';
    throw new Error(`${log} holds no record of a step, as jsonlSink writes them${fault}`);
  }
  if (reader.broken > 0) {
    terminal.err(
      `Left out ${reader.broken} lines that are no part of a run: ${plainText(reader.firstFault)}`,
    );
  }
  const report = journal.report();
  await writeFile(html, htmlPage(journal.picture(report), { plain: toText(report) }));
  terminal.out(plainText(report.verdict));
  terminal.out(`Written to ${html}`);
}
