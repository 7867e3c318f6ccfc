import type { Report } from '../record/finding.js';
import { shortNumber } from '../record/short-number.js';
import { shownText } from './label.js';
import type { Picture } from './picture.js';

/** What was recorded, as names and values for the head of the page. */
export function runFacts({ run }: Report, recorded: number): Picture['facts'] {
  const { model, backend, steps } = run;
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) return [];
  const from = steps.find(({ loss }) => loss !== null)?.loss ?? undefined;
  let to = from;
  for (let i = steps.length - 1; i >= 0; i--) {
    to = steps[i]?.loss ?? undefined;
    if (to !== undefined) break;
  }
  const facts: (readonly [string, string] | undefined)[] = [
    ['Steps', recorded === last.step - first.step + 1 ? `${recorded}` : `${recorded} of ${last.step + 1}`],
    from === undefined || to === undefined
      ? undefined
      : ['Loss', `${shortNumber(from)} → ${shortNumber(to)}`],
    ['Gradient norm', shortNumber(last.globalNorm)],
    last.learningRate === null ? undefined : ['Learning rate', shortNumber(last.learningRate)],
    model === null ? undefined : ['Layers', `${model.layers.length}`],
    model === null ? undefined : ['Optimizer', shownText(model.optimizer.className, 40)],
    backend === null ? undefined : ['Backend', shownText(backend.name, 40)],
  ];
  return facts.filter((fact) => fact !== undefined);
}

/** How the training fares, in one word. */
export function stateOf({ run, findings }: Report): Picture['state'] {
  if (findings.some(({ severity }) => severity === 'error')) return 'lost';
  if (findings.some(({ severity }) => severity === 'warning')) return 'suffers';
  return run.steps.length === 0 ? 'empty' : 'healthy';
}
