import type { Remedy } from '../record/finding.js';
import type { Run } from '../record/run.js';
import { variableOf, weightedLayers } from './weighted-layers.js';

/** An output layer that by its construction cannot work with the loss. */
export interface OutputFault {
  readonly where: string;
  readonly why: string;
  readonly remedy: Remedy;
}

/** Looks for an output that passes no gradient, or no numbers, to the loss. */
export function outputFault(run: Run): OutputFault | null {
  const output = run.model?.layers.find((layer) => layer.isOutput);
  if (output === undefined) return null;
  const { path, activation = '' } = output;
  const loss = lossName(run);
  const fault = (why: string, to: string, reason: string): OutputFault => ({
    where: path,
    why,
    remedy: { kind: 'output', layers: [path], to, reason },
  });
  if (activation === 'softmax' && unitsOf(run, path) === 1) {
    const why = 'softmax over the one unit of the output is always 1, whatever the weights';
    return fault(why, 'sigmoid', 'a sigmoid of one unit is the probability of one of two classes');
  }
  if (!/^relu/.test(activation)) return null;
  if (loss.includes('crossentropy')) {
    const why = `${activation} at the output gives cross-entropy no probabilities, and passes no gradient where it is 0`;
    const to = loss.includes('binary') ? 'sigmoid' : 'softmax';
    return fault(why, to, 'it gives probabilities, and a gradient at every value');
  }
  return null;
}

/** The name of the loss, or of all losses, in lower case; empty where it is not known. */
export function lossName({ model }: Run): string {
  return [model?.loss ?? []].flat().join(' ').toLowerCase();
}

/** Units of a layer: the entries of its bias. */
function unitsOf(run: Run, path: string): number | undefined {
  const newest = run.steps.at(-1);
  const [bias] = weightedLayers(run).find((layer) => layer.path === path)?.vectors ?? [];
  return newest && bias !== undefined ? variableOf(newest, bias)?.gradient?.size : undefined;
}
