import type { Run } from '../record/run.js';
import { variableOf, weightedLayers } from './weighted-layers.js';

/**
 * The loss of the best constant prediction, which a network reaches with its output bias alone; `null` where the records
 * do not tell. A run that does not beat it has learned nothing from its input.
 */
export function guessLoss(run: Run): number | null {
  const { loss = 'none' } = run.model ?? {};
  if (typeof loss !== 'string') return null;
  const target = run.data?.target;
  switch (loss.toLowerCase().replaceAll('_', '')) {
    case 'binarycrossentropy':
      return target === undefined ? Math.LN2 : entropy(target.mean);
    case 'categoricalcrossentropy':
    case 'sparsecategoricalcrossentropy':
      return logOfClasses(run);
    case 'meansquarederror':
    case 'mse':
      return target !== undefined && target.std > 0 ? target.std ** 2 : null;
    default:
      return null;
  }
}

function entropy(p: number): number | null {
  return p > 0 && p < 1 ? -p * Math.log(p) - (1 - p) * Math.log(1 - p) : null;
}

/** As if the classes were equally frequent; the bias of the output layer has an entry for each. */
function logOfClasses(run: Run): number | null {
  const record = run.steps.at(-1);
  const outputs = weightedLayers(run).filter((layer) => layer.facts?.isOutput);
  const [bias] = outputs.flatMap((layer) => layer.vectors);
  if (record === undefined || outputs.length !== 1 || bias === undefined) return null;
  const classes = variableOf(record, bias)?.gradient?.size ?? 0;
  return classes > 1 ? Math.log(classes) : null;
}
