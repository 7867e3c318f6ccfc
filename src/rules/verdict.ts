import type { Finding, Remedy } from '../record/finding.js';
import type { Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { incomparableLosses } from './incomparable-losses.js';
import { fewestToFail, lossTrend, spread } from './loss-trend.js';

/** Losses at the beginning and at the end whose mean is told. */
const fewLosses = 10;

/** Sums a diagnosis up in one sentence; `findings` are ranked, the root cause first. */
export function verdict(run: Run, findings: readonly Finding[]): string {
  const [first, ...others] = findings.filter((finding) => finding.severity !== 'info');
  if (first !== undefined) {
    const state = findings.some((finding) => finding.severity === 'error')
      ? 'Training is lost'
      : lossTrend(run).well
        ? 'The loss does well, and yet'
        : 'Training suffers';
    const more = others.length === 0 ? '' : ` (and ${count(others.length, 'more finding')})`;
    const where = first.where === 'model' ? '' : ` at ${first.where}`;
    const what = `${words(first.rule)}${where} since step ${first.firstStep}${more}`;
    return `${state}: ${what}${advice(first.remedies)}.`;
  }
  if (run.steps.length === 0) {
    return 'No step was recorded, so there is nothing to judge: train at least one step while the monitor watches.';
  }
  const notes = findings.length === 0 ? '' : `, with ${count(findings.length, 'note')} below`;
  return `No trouble found in ${count(run.steps.length, 'recorded step')}${lossStory(run)}${notes}.`;
}

function advice([first]: readonly Remedy[]): string {
  if (first === undefined) return '';
  const to = typeof first.to === 'number' ? shortNumber(first.to) : first.to;
  const layers = first.layers.length === 0 ? '' : ` in ${count(first.layers.length, 'layer')}`;
  return `; first try ${words(first.kind)}: ${to}${layers}`;
}

function lossStory(run: Run): string {
  const losses = run.steps.map((record) => record.loss).filter((loss) => loss !== null);
  if (losses.length === 0) {
    return ', none of which tells its loss, by which most rules judge: optimizer.computeGradients in the place of tf.variableGrads does';
  }
  const early = losses.length < fewestToFail && !lossTrend(run).well ? ', too few to judge the loss by' : '';
  if (losses.length < 2) return early;
  // Of single batches one may be above the other by chance.
  const few = Math.max(1, Math.min(fewLosses, Math.floor(losses.length / 3)));
  const mean = (part: readonly number[]): string => shortNumber(spread(part).mean);
  const incomparable = incomparableLosses(run);
  const moved = incomparable ? `, ${incomparable}` : '';
  return `${early}: the loss went from ${mean(losses.slice(0, few))} to ${mean(losses.slice(-few))}${moved}`;
}

/** `vanishing-gradient` reads `vanishing gradient`; `non-finite` is one word. */
function words(id: string): string {
  return id.replace(/(?<!\bnon)-/g, ' ');
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
