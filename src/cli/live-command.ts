import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { plainText } from '../report/plain-text.js';
import { createJournal } from './journal.js';
import { livePage } from './live-page.js';
import { serveLive } from './live-server.js';
import { createLogLines } from './log-lines.js';
import { createLogReader } from './log-reader.js';
import type { Terminal } from './report-command.js';

export interface LiveOptions {
  readonly log: string;
  readonly port: number;
  /** Without a new line for so long, the run has broken off; without a log, it has not begun. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

const lookEveryMs = 150;
/** This process does nothing else, but another one trains beside it. */
const restPerWork = 3;
const pieceBytes = 2 ** 20;

/**
 * Serves the page of a log that is being written, or will be, until the log tells that the run has ended, grows no more, or the
 * signal comes. Of a run that has ended before, nothing is served.
 */
export async function followLog(options: LiveOptions): Promise<void> {
  const { log, port, idleMs, signal, terminal } = options;
  const file = await openOnceThere(options);
  const journal = createJournal({ judges: true });
  const reader = createLogReader(journal);
  const lines = createLogLines();
  const piece = Buffer.alloc(pieceBytes);
  let position = 0;

  /** Takes in what was appended; tells whether there was anything. */
  async function readOn(): Promise<boolean> {
    const before = position;
    if ((await file.stat()).size < position) throw new Error(`${log} became shorter: it is another run now`);
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, pieceBytes, position);
      if (bytesRead === 0) return position > before;
      position += bytesRead;
      for (const line of lines.push(piece.subarray(0, bytesRead))) reader.line(line);
    }
  }
  async function serveUntilEnd(): Promise<void> {
    const server = await serveLive(livePage(journal), { port, restPerWork });
    terminal.out(`Live at ${server.url} (Ctrl-C ends it)`);
    try {
      let grewAt = performance.now();
      while (!signal.aborted && !reader.ended && performance.now() - grewAt < idleMs) {
        await pause(lookEveryMs, undefined, { signal }).catch(() => {});
        if (await readOn()) grewAt = performance.now();
      }
    } finally {
      await server.close();
    }
  }

  try {
    await readOn();
    if (!reader.ended) await serveUntilEnd();
  } finally {
    await file.close();
  }
  const left = reader.broken > 0 ? `; ${reader.broken} lines are no part of a run` : '';
  terminal.out(`${plainText(journal.report().verdict)} ${journal.recorded} records were read${left}.`);
  if (reader.ended)
    terminal.out(`The run has ended: gradient-health report ${plainText(log)} writes its page.`);
}

/** Opens a log that may not have been begun. */
async function openOnceThere({ log, idleMs, signal, terminal }: LiveOptions): Promise<FileHandle> {
  const cameAt = performance.now();
  for (let looks = 0; ; looks++) {
    try {
      return await open(log);
    } catch (error) {
      const isMissing = (error as { readonly code?: unknown }).code === 'ENOENT';
      if (!isMissing || signal.aborted || performance.now() - cameAt >= idleMs) throw error;
    }
    if (looks === 0) terminal.out(`Waiting for ${plainText(log)} (Ctrl-C ends it)`);
    await pause(lookEveryMs, undefined, { signal }).catch(() => {});
  }
}
