import { jsonlLine } from '../../src/record/jsonl.js';
import type { Run } from '../../src/record/run.js';

/** The run as a log of lines, without its end. */
export function logOf({ steps, ...facts }: Run): string {
  return [jsonlLine({ facts }), ...steps.map((step) => jsonlLine({ step }))].join('');
}

/** The last line of a log. */
export const endLine: string = jsonlLine({ end: { wallTimeMs: 1_700_000_000_000, records: 3 } });
