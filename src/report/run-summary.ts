import type { Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';

/** What was recorded, in one line: steps, loss, backend. */
export function runSummary({ steps, backend }: Run): string {
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) return 'No step was recorded.';
  const loss = last.loss === null ? 'loss not known' : `loss ${shortNumber(last.loss)}`;
  const range =
    steps.length === 1 ? `step ${first.step}` : `${steps.length} steps from ${first.step} to ${last.step}`;
  const where = backend === null ? '' : `, backend ${backend.name}`;
  return `Recorded: ${range}, ${loss}, global gradient norm ${shortNumber(last.globalNorm)}${where}.`;
}
