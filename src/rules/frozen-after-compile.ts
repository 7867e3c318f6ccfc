import type { Finding, Rule } from '../record/finding.js';
import type { Run } from '../record/run.js';
import { findingOf } from './finding-of.js';
import { withoutGradient } from './weighted-layers.js';

const id = 'frozen-after-compile';

/**
 * Finds layers that were to be trained when the model was compiled, and are frozen now.
 *
 * `trainable = false` holds at once in tfjs 4.22, and until it is set back; in Keras it holds from the next `compile` on. The
 * pattern of GANs in Keras, to freeze the discriminator inside the combined model, leaves that one untrained in its own steps
 * too, but for models nested in it, which tfjs does not freeze at all. A `warning` where the output layer is frozen, which
 * nobody wants, else `info`. Source: measured with tfjs 4.22.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.frozenAfterCompile().id); // frozen-after-compile
 * ```
 */
export function frozenAfterCompile(): Rule {
  return { id, explains: ['loss-plateau'], check };
}

function check(run: Run): Finding[] {
  const frozen = withoutGradient(run).filter(({ facts }) => facts?.frozen);
  const output = frozen.find(({ facts }) => facts?.isOutput);
  const first = output ?? frozen[0];
  if (first === undefined) return [];
  const others = frozen.length === 1 ? '' : ` (and ${frozen.length - 1} more)`;
  return [
    findingOf(run, id, {
      severity: output ? 'warning' : 'info',
      where: first.path,
      evidence: { layers: frozen.length },
      message:
        `${first.path}${others}: compiled to be trained and frozen since, so that it stays as it is. In TensorFlow.js ` +
        '`trainable = false` holds at once; set it back before steps that are to train it.',
    }),
  ];
}
