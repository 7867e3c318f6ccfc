import type { Run } from '../record/run.js';
import { movingTargets } from './moving-targets.js';
import { outputLayer } from './output-layer.js';
import { variableOf, weightedLayers } from './weighted-layers.js';

/**
 * The loss of the best constant prediction, which a network reaches with its output bias alone; `null` where the records
 * do not tell. A run that does not beat it has learned nothing from its input.
 */
export function guessLoss(run: Run): number | null {
  const loss = run.model?.loss;
  if (typeof loss !== 'string') return null;
  const target = movingTargets(run) ?? run.data?.target;
  switch (loss.toLowerCase().replaceAll('_', '')) {
    case 'binarycrossentropy':
      return target === undefined ? Math.LN2 : entropy(target.mean);
    case 'categoricalcrossentropy':
    case 'sparsecategoricalcrossentropy':
      return logOfClasses(run);
    case 'meansquarederror':
    case 'mse':
      return target !== undefined && target.std > 0 ? target.std ** 2 : null;
    case 'meanabsoluteerror':
    case 'mae':
      return target !== undefined && target.std > 0 ? usualDeviation * target.std : null;
    case 'meanabsolutepercentageerror':
    case 'mape':
      // Of a prediction of 0, whatever the targets are: all of those that are not 0 themselves.
      return target !== undefined && target.size > target.zeros
        ? 100 * (1 - target.zeros / target.size)
        : null;
    default:
      return null;
  }
}

/** Mean absolute deviation of a normal distribution, sqrt(2 / pi) of its standard deviation; 0.87 for a uniform one. */
const usualDeviation = 0.8;

function entropy(p: number): number | null {
  return p > 0 && p < 1 ? -p * Math.log(p) - (1 - p) * Math.log(1 - p) : null;
}

/** As if the classes were equally frequent; the bias of the output layer has an entry for each. */
function logOfClasses(run: Run): number | null {
  const { units } = outputLayer(run) ?? {};
  if (units !== undefined) return units > 1 ? Math.log(units) : null;
  const record = run.steps.at(-1);
  const outputs = weightedLayers(run).filter((layer) => layer.facts?.isOutput);
  const [bias] = outputs.flatMap((layer) => layer.vectors);
  if (record === undefined || outputs.length !== 1 || bias === undefined) return null;
  const classes = variableOf(record, bias)?.gradient?.size ?? 0;
  return classes > 1 ? Math.log(classes) : null;
}
