import { jsonlLine } from '../../src/record/jsonl.js';
import type { Run } from '../../src/record/run.js';

/** The run as a log of lines. */
export function logOf({ steps, ...facts }: Run): string {
  return [jsonlLine({ facts }), ...steps.map((step) => jsonlLine({ step }))].join('');
}
