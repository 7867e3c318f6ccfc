import { type Alarm, type Evidence, firstAlarm, type Peer } from './evidence.js';

/** DeepDiagnosis (ICSE 2022), the symptoms of its callback with their thresholds, at the end of each epoch. */
export const deepdiagnosis: Peer = {
  name: 'DeepDiagnosis',
  check(evidence) {
    const { run, epochs, probes } = evidence;
    const ends = new Set(epochs.map(({ lastStep }) => lastStep));
    const atEnds = probes.filter(({ step }) => ends.has(step));
    const steps = run.steps.filter(({ step }) => ends.has(step));
    const kernels = (variables: (typeof steps)[number]['variables']) =>
      Object.entries(variables).flatMap(([name, { gradient }]) =>
        /kernel$/.test(name) && gradient ? [gradient] : [],
      );
    return [
      ...firstAlarm('non-finite', steps, ({ variables, loss }) =>
        [
          Number.isFinite(loss),
          ...kernels(variables).map(({ nans, infs, mean }) => nans + infs === 0 && mean !== 0),
        ].includes(false),
      ),
      ...firstAlarm('non-finite', atEnds, ({ outputs }) => outputs.some(({ finite }) => !finite)),
      ...firstAlarm('vanishing-gradient', steps, ({ variables }) =>
        kernels(variables).some(({ absMean }) => absMean < 1e-7),
      ),
      ...firstAlarm('dead-units', atEnds.slice(-1), ({ outputs }) =>
        outputs.some(({ activation, notPositive }) => activation === 'relu' && notPositive >= 0.7),
      ),
      ...firstAlarm('saturated-activation', atEnds, ({ outputs }) =>
        outputs.some(({ beyondFive }) => beyondFive > 0.5),
      ),
      ...unchanged(evidence),
      ...outOfRange(evidence),
    ];
  },
};

/** A loss that stayed the same, or at its worst, over five epochs; an accuracy over twenty. */
function unchanged({ epochs }: Evidence): Alarm[] {
  const windows = (length: number, value: (epoch: (typeof epochs)[number]) => number | null) =>
    epochs
      .map(({ lastStep }, i) => ({
        step: lastStep,
        values: epochs.slice(Math.max(0, i + 1 - length), i + 1).map(value),
      }))
      .filter(({ values }) => values.length === length && values.every((each) => each !== null));
  const mean = (values: readonly (number | null)[]) =>
    values.reduce<number>((sum, value) => sum + value!, 0) / values.length;
  return [
    ...firstAlarm(
      'loss-plateau',
      windows(5, ({ meanLoss }) => meanLoss),
      ({ values }) => mean(values) === Math.max(...values.map(Number)),
    ),
    ...firstAlarm(
      'loss-plateau',
      windows(20, ({ accuracy }) => accuracy),
      ({ values }) => mean(values) === Math.max(...values.map(Number)),
    ),
  ];
}

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  sigmoid: [0, 1],
  softmax: [0, 1],
  tanh: [-1, 1],
  relu: [0, Number.POSITIVE_INFINITY],
};

function outOfRange({ probes, labels, run }: Evidence): Alarm[] {
  const crossEntropy = /crossentropy/i.test(String(run.model?.loss));
  return firstAlarm('output-loss-mismatch', probes, ({ outputs }) =>
    outputs.some(({ isOutput, activation, min, max }) => {
      if (!isOutput) return false;
      if (crossEntropy && (activation === 'relu' || activation === 'linear')) return true;
      const [low, high] = ranges[activation] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
      const wide = activation === 'linear' && max - min > 10 * (labels.max - labels.min);
      return labels.min < low || labels.max > high || wide;
    }),
  );
}
