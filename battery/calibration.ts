/**
 * `npx tsx battery/calibration.ts FILE...` writes `docs/calibration.md` from what runs of the battery printed with `--json`,
 * a section for each file. The commands that made the files stand in the page.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calibrationPage } from './calibration-page.js';
import type { LastLine } from './json.js';

const page = join(import.meta.dirname, '../docs/calibration.md');

try {
  const runs = process.argv.slice(2).map(lastLine);
  if (runs.length === 0)
    throw new RangeError('give it at least one file that the battery printed with --json');
  writeFileSync(page, calibrationPage(runs));
  console.log('docs/calibration.md');
} catch (error) {
  console.error(`calibration: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

function lastLine(path: string): LastLine {
  const last: Partial<LastLine> = JSON.parse(readFileSync(path, 'utf8').trim().split('\n').at(-1) ?? '');
  if (last.summary === true && last.perSeverity && last.command !== undefined) return last as LastLine;
  throw new RangeError(`${path} does not end with the summary of a run without --treat`);
}
