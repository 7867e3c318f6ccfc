import type { Report } from '../../src/record/finding.js';
import { diagnose } from '../../src/rules/diagnose.js';
import { explodingGradient, nonFinite, vanishingGradient } from '../../src/rules/index.js';
import { chain, fading, flatLoss, history, stack, stats } from '../rules/histories.js';

const uniform = { activation: 'sigmoid', initializers: { kernel: 'RandomUniform(-0.05, 0.05)' } };

/** Eight sigmoid layers whose gradient fades to a millionth. */
export const vanishing: Report = diagnose(
  history({ steps: 30, loss: flatLoss, model: stack(8, uniform), gradients: () => fading(8, 3.1e-6) }),
  [vanishingGradient()],
);

/** A gradient that grows until it overflows, an error that explains another. */
export const lost: Report = diagnose(
  history({
    steps: 20,
    model: chain([{ path: 'encoder/lstm_1', className: 'LSTM' }, { path: 'dense_Dense1' }]),
    loss: (step) => (step < 16 ? 1 + 5 ** Math.max(0, step - 9) : Number.NaN),
    gradients: (step) => {
      const norm = step < 16 ? 5 ** Math.max(0, step - 9) : Number.NaN;
      return {
        'encoder/lstm_1/kernel': norm,
        'encoder/lstm_1/recurrent_kernel': 2 * norm,
        'encoder/lstm_1/bias': norm / 2,
        'dense_Dense1/kernel': step < 16 ? 0.3 : Infinity,
        'dense_Dense1/bias': null,
      };
    },
  }),
  [explodingGradient(), nonFinite()],
);

export const healthy: Report = diagnose(
  history({ steps: 100, gradients: () => ({ 'a/kernel': 0.5, 'b/kernel': 0.25, c: 1e-3 }) }),
  [],
);

export const empty: Report = diagnose(history({ steps: 0 }), []);

/** Names that try to move the cursor, to turn the line around, to leave the table and to bring markup in. */
const evil =
  'a\u001b[2J\u202egpj.exe\r\n| <img src=x onerror=alert(1)> [x](javascript:1) `c` **b** __i__ $x$ @me https://x.y www.z.y';
export const hostile: Report = {
  ...diagnose(
    history({ steps: 2, gradients: () => ({ [`${evil}/kernel`]: stats(1), '1. list/kernel': 0.5 }) }),
    [],
  ),
  verdict: `# ${evil}`,
  findings: [
    {
      rule: 'made-by-\u0007hand',
      severity: 'info',
      where: evil,
      firstStep: 0,
      lastStep: 1,
      evidence: { [evil]: 1 },
      message: `- ${evil}`,
      because: evil,
      remedies: [
        {
          kind: 'activation',
          layers: [evil],
          to: evil,
          reason: evil,
          verified: { before: 1, after: 0.5, measure: evil },
        },
      ],
    },
  ],
};
