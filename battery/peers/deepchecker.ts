import { type Alarm, alarm, type Evidence, firstAlarm, type Peer, type WeightProbe } from './evidence.js';

const PERIOD = 10;

/**
 * TheDeepChecker (TOSEM 2022), the checks of its `settings.yaml`. Ratios of updates are taken of norms, as recorded,
 * instead of mean sizes. Its own regime is to overfit a small batch, so its checks of the start and of loss and outputs
 * during training are also left out in a second row.
 */
export const deepchecker: Peer = {
  name: 'TheDeepChecker',
  check: (evidence) => [...deepcheckerGradients.check(evidence), ...atStart(evidence), ...ofLoss(evidence)],
};

/** Gradients, updates, weights and units alone. */
export const deepcheckerGradients: Peer = {
  name: 'TheDeepChecker, gradients, updates and units alone',
  check(evidence) {
    const { run, probes } = evidence;
    const names = Object.keys(run.steps[0]?.variables ?? {});
    const due = run.steps.filter(({ step }) => step % PERIOD === 0);
    const later = probes.filter(({ step }) => step >= PERIOD && step % PERIOD === 0);
    const sizes = (name: string) =>
      due.map(({ step, variables }) => ({ step, value: variables[name]?.gradient?.absMean ?? Number.NaN }));
    const gradients = names.filter((name) => /kernel$/.test(name)).map(sizes);
    return [
      ...gradients.flatMap((history) => [
        ...firstAlarm('vanishing-gradient', history.slice(1), ({ value }) => value < 1e-6),
        ...steady('vanishing-gradient', history, (ratio) => ratio <= 0.5),
        ...firstAlarm('exploding-gradient', history, ({ value }) => value > 1e6),
        ...steady('exploding-gradient', history, (ratio) => ratio >= 2),
      ]),
      ...firstAlarm('non-finite', run.steps, ({ globalNorm, loss }) => !Number.isFinite(globalNorm + loss!)),
      ...ofUpdates(run.steps),
      ...firstAlarm('loss-divergence', later, ({ weights }) => weights.some(({ absMean }) => absMean > 1e8)),
      ...firstAlarm('dead-units', later, ({ weights }) =>
        weights.some(({ rank, tiny, negative }) => rank > 1 && (tiny > 0.95 || negative > 0.95)),
      ),
      ...firstAlarm('dead-units', later, ({ outputs }) =>
        outputs.some(
          ({ activation, isOutput, deadUnits }) => activation === 'relu' && !isOutput && deadUnits > 0.5,
        ),
      ),
      ...firstAlarm('saturated-activation', later, ({ outputs }) =>
        outputs.some(({ isOutput, saturatedUnits }) => !isOutput && saturatedUnits > 0.5),
      ),
    ];
  },
};

/** Four successive ratios that all hold. */
function steady(
  rule: string,
  history: readonly { readonly step: number; readonly value: number }[],
  holds: (ratio: number) => boolean,
): Alarm[] {
  const ratios = history
    .slice(1)
    .map(({ step, value }, i) => ({ step, holds: holds(value / history[i]!.value) }));
  return firstAlarm(
    rule,
    ratios.map(({ step }, i) => ({ step, last: ratios.slice(Math.max(0, i - 3), i + 1) })),
    ({ last }) => last.length === 4 && last.every((ratio) => ratio.holds),
  );
}

/** The mean, over a period, of log10 of the ratio of update and weight. */
function ofUpdates(steps: Evidence['run']['steps']): Alarm[] {
  const periods = steps
    .map(({ step }, i) => ({ step, records: steps.slice(i - PERIOD + 1, i + 1) }))
    .filter(({ step, records }) => records.length === PERIOD && (step + 1) % PERIOD === 0 && step >= PERIOD);
  const speeds = periods.flatMap(({ step, records }) =>
    Object.keys(records[0]!.variables)
      .filter((name) => /kernel$/.test(name))
      .map((name) => {
        const ratios = records.map(({ variables }) => variables[name]?.updateRatio ?? Number.NaN);
        const mean = ratios.reduce((sum, ratio) => sum + Math.log10(ratio), 0) / PERIOD;
        return { step, mean, still: ratios.every((ratio) => ratio === 0) };
      }),
  );
  return [
    ...firstAlarm('update-ratio-high', speeds, ({ mean }) => mean > -1),
    ...firstAlarm('update-ratio-low', speeds, ({ mean, still }) => mean < -4 && !still),
    ...firstAlarm('unchanged-weights', speeds, ({ still }) => still),
  ];
}

/** Stagnation over five periods, divergence and fluctuation of the loss; the spread of what layers return. */
function ofLoss({ run: { steps }, probes }: Evidence): Alarm[] {
  const losses = steps
    .filter(({ step }) => step % PERIOD === 0)
    .map(({ step, loss }) => ({ step, value: loss ?? Number.NaN }));
  const drops = losses
    .slice(1)
    .map(({ step, value }, i) => ({ step, small: value > 0.95 * losses[i]!.value }));
  const least = losses.map((_, i) => Math.min(...losses.slice(0, i + 1).map(({ value }) => value)));
  const windows = steps
    .map(({ step }, i) => ({
      step,
      values: steps.slice(i - 49, i + 1).map(({ loss }) => loss ?? Number.NaN),
    }))
    .filter(({ step, values }) => values.length === 50 && step % PERIOD === 0);
  return [
    ...firstAlarm(
      'loss-plateau',
      drops.map(({ step }, i) => ({ step, last: drops.slice(Math.max(0, i - 4), i + 1) })),
      ({ last }) => last.length === 5 && last.every(({ small }) => small),
    ),
    ...steady(
      'loss-divergence',
      losses.map(({ step, value }, i) => ({ step, value: value / least[i]! })),
      (ratio) => ratio >= 2,
    ),
    ...firstAlarm('loss-oscillation', windows, ({ values }) => smoothness(values) < 0.5),
    ...firstAlarm('poor-initialization', probes, ({ outputs }) =>
      outputs.some(
        ({ isOutput, activation, std, size }) =>
          !isOutput && activation !== 'linear' && (beyond(std / 2, size) || beyond(0.5 / std, size)),
      ),
    ),
  ];
}

/** Share of neighbouring changes that keep their direction. */
function smoothness(values: readonly number[]): number {
  const changes = values.slice(1).map((value, i) => value - values[i]!);
  return changes.slice(1).filter((change, i) => change * changes[i]! >= 0).length / (changes.length - 1);
}

/** Loss against ln C, inputs that are not normalised, and the variance of the initial weights. */
function atStart({ run, probes, inputs }: Evidence): Alarm[] {
  const classes = probes[0]?.outputs.filter(({ isOutput }) => isOutput).at(-1);
  const first = run.steps[0];
  const alarms: Alarm[] = [];
  if (classes?.activation === 'softmax' && first && /categorical/i.test(String(run.model?.loss))) {
    const width = run.model?.layers.find(({ isOutput }) => isOutput)?.weights?.['kernel']?.at(-1) ?? 2;
    const chance = Math.log(Math.max(2, width));
    if (Math.abs((first.loss ?? 0) - chance) >= chance) alarms.push(alarm('poor-initialization', 0));
  }
  if (inputs.min < -10 || inputs.max > 10) alarms.push(alarm('input-scale', 0));
  if (probes[0]?.weights.some((weight) => weight.rank > 1 && !fits(weight)))
    alarms.push(alarm('poor-initialization', 0));
  if (probes[0]?.weights.some(({ rank, variance }) => rank > 1 && variance === 0))
    alarms.push(alarm('symmetric-weights', 0));
  return alarms;
}

/** Whether the variance may be that of He (relu), Glorot (sigmoid, tanh, softmax) or LeCun, at a level of 0.1. */
function fits({ variance, size, fanIn, fanOut, activation }: WeightProbe): boolean {
  const glorot = 2 / (fanIn + fanOut);
  const expected = activation === 'relu' ? 2 / fanIn : activation === 'selu' ? 1 / fanIn : glorot;
  return !beyond(Math.sqrt(variance / expected), size) && !beyond(Math.sqrt(expected / variance), size);
}

/** Whether a ratio of standard deviations is above 1, at a level of 0.05 to each side, by Fisher's approximation. */
function beyond(ratio: number, size: number): boolean {
  return Math.log(ratio) * Math.sqrt(2 * (size - 1)) > 1.645;
}
