import type { Finding } from '../../src/record/finding.js';
import { penaltyOf } from '../../src/record/penalty.js';
import type {
  DataFacts,
  LayerFacts,
  ModelFacts,
  Run,
  StepRecord,
  TensorStats,
} from '../../src/record/run.js';
import { chain, flatLoss, history, stats } from './histories.js';

/** Statistics of data with this root mean square and range, around 0. */
export const dataStats = (rms: number, change: Partial<TensorStats> = {}): TensorStats => ({
  ...stats(10 * rms, 100),
  ...change,
});

/** A run of a classifier that fails: its loss stays at ln 2, up and down as mini-batches make it. */
export function failing(
  parts: Partial<Parameters<typeof history>[0]> = {},
  data: DataFacts | null = null,
): Run {
  return { ...history({ steps: 120, loss: flatLoss, model: classifier({}), ...parts }), data };
}

/** Two hidden layers of 8 units and an output of one, with shapes. */
export function classifier(
  hidden: Partial<LayerFacts>,
  output: Partial<LayerFacts> = {},
  loss = 'binaryCrossentropy',
): ModelFacts {
  const shapes = (fanIn: number, units: number) => ({ kernel: [fanIn, units], bias: [units] });
  return chain(
    [
      { path: 'h1', activation: 'relu', weights: shapes(4, 8), ...hidden },
      {
        path: 'h2',
        activation: 'relu',
        weights: shapes(8, 8),
        ...hidden,
        ...(hidden.weights && { weights: shapes(8, 8) }),
      },
      { path: 'out', activation: 'sigmoid', weights: shapes(8, 1), ...output },
    ],
    loss,
  );
}

/** Adds to each loss the penalty by l2 on the weights of the record, as tfjs does. */
export function withPenalty(run: Run): Run {
  const penalised = (run.model?.layers ?? []).flatMap((layer) =>
    Object.keys(layer.regularizers ?? {}).map(
      (name) => [`${layer.path}/${name}`, penaltyOf(layer, name)?.l2 ?? 0] as const,
    ),
  );
  const steps = run.steps.map((record) => {
    const penalties = penalised.map(([key, l2]) => l2 * (record.variables[key]?.weightNorm ?? 0) ** 2);
    return { ...record, loss: penalties.reduce((sum, penalty) => sum + penalty, record.loss ?? 0) };
  });
  return { ...run, steps };
}

/** Sets the norms of weights and updates of a record. */
export const weightsOf =
  (norms: Readonly<Record<string, { readonly weightNorm?: number; readonly updateNorm?: number }>>) =>
  (record: StepRecord): StepRecord => ({
    ...record,
    variables: Object.fromEntries(
      Object.entries(record.variables).map(([key, variable]) => {
        const { weightNorm = variable.weightNorm, updateNorm = variable.updateNorm } =
          norms[key] ?? norms['*'] ?? {};
        return [
          key,
          {
            ...variable,
            weightNorm,
            updateNorm,
            updateRatio: updateNorm === 0 ? 0 : updateNorm / weightNorm,
          },
        ];
      }),
    ),
  });

/** A finding of a rule, of steps 3 to 19. */
export const finding = (rule: string, change: Partial<Finding> = {}): Finding => ({
  rule,
  severity: 'warning',
  where: 'dense_1',
  firstStep: 3,
  lastStep: 19,
  evidence: {},
  message: `${rule} was found`,
  remedies: [],
  ...change,
});

/** Gradients of norm 0.1 in every weight of {@link classifier}. */
export const usual = () => ({
  'h1/kernel': stats(0.1, 32),
  'h1/bias': stats(0.1, 8),
  'h2/kernel': stats(0.1, 64),
  'h2/bias': stats(0.1, 8),
  'out/kernel': stats(0.1, 8),
  'out/bias': stats(0.1, 1),
});
