import { type Alarm, alarm, type Evidence, type Peer } from './evidence.js';

/** Parameters of the published `reproduce.py`. */
const parameters = {
  everyEpochs: 3,
  startAt: 0.3,
  vanishRatio: 1e-3,
  vanishNorm: 1e-4,
  explodeRatio: 70,
  explodeLoss: 1e3,
  zeroShare: 0.7,
  swing: 0.03,
  swingShare: 0.2,
  gain: 0.01,
  accuracy: 0.6,
  output: 10,
} as const;

/**
 * AutoTrainer (ICSE 2021), its monitor with its own gate: it judges every third epoch from 30 % of them on, and speaks of
 * gradients only where training does not converge. It needs an accuracy, so of a regression it judges NaN alone.
 */
export const autotrainer: Peer = {
  name: 'AutoTrainer',
  check(evidence) {
    const { epochs, totalEpochs } = evidence;
    const judged = epochs
      .map((_, i) => i + 1)
      .filter((n) => n % parameters.everyEpochs === 0 || n === epochs.length);
    const alarms = judged.flatMap((n) => atEpoch(evidence, n, n >= parameters.startAt * totalEpochs));
    const seen = new Set<string>();
    return alarms.filter(({ rule }) => !seen.has(rule) && seen.add(rule));
  },
};

function atEpoch(evidence: Evidence, count: number, open: boolean): Alarm[] {
  const epochs = evidence.epochs.slice(0, count);
  const { lastStep } = epochs.at(-1)!;
  const found = (rule: string): Alarm => alarm(rule, lastStep);
  const { steps } = evidence.run;
  const record = steps.filter(({ step }) => step <= lastStep).at(-1);
  const loss = epochs.at(-1)!.meanLoss;
  const broken = !(Math.abs(loss) < Number.POSITIVE_INFINITY);
  if (broken) return [found('non-finite'), ...improper(evidence, lastStep)];
  const accuracies = epochs.map(({ accuracy }) => accuracy ?? Number.NaN);
  if (accuracies.some(Number.isNaN) || !open || !record) return [];

  const best = Math.max(...accuracies, ...epochs.map(({ heldOutAccuracy }) => heldOutAccuracy ?? 0));
  const gains = (values: readonly number[]) =>
    Math.max(0, ...values.slice(1).map((value, i) => value - values[i]!));
  const slow =
    gains(accuracies) < parameters.gain &&
    gains(epochs.map(({ heldOutAccuracy }) => heldOutAccuracy ?? 0)) < parameters.gain &&
    best < parameters.accuracy;
  const stuck = best < parameters.accuracy;
  const alarms: Alarm[] = [];
  if (stuck || slow) {
    const kernels = Object.entries(record.variables)
      .filter(([name]) => /kernel$/.test(name))
      .flatMap(([, { gradient }]) => (gradient ? [gradient] : []));
    const [first, last] = [kernels[0], kernels.at(-1)];
    if (first && last) {
      const ratio = first.norm / last.norm;
      if (ratio < parameters.vanishRatio && first.norm < parameters.vanishNorm)
        alarms.push(found('vanishing-gradient'));
      if (ratio > parameters.explodeRatio || loss >= parameters.explodeLoss)
        alarms.push(found('exploding-gradient'));
    }
    const all = Object.values(record.variables).flatMap(({ gradient }) => (gradient ? [gradient] : []));
    const zeros = all.reduce((sum, gradient) => sum + gradient.zeros, 0);
    const size = all.reduce((sum, gradient) => sum + gradient.size, 0);
    if (zeros / size >= parameters.zeroShare) alarms.push(found('dead-units'));
    alarms.push(...improper(evidence, lastStep));
  }
  if (swings(accuracies) >= parameters.swingShare * evidence.totalEpochs)
    alarms.push(found('loss-oscillation'));
  if (slow) alarms.push(found('learning-rate'));
  return alarms;
}

/** Improper activation and abnormal data. */
function improper({ probes, run }: Evidence, lastStep: number): Alarm[] {
  const probe = probes.filter(({ step }) => step <= lastStep).at(-1);
  const output = probe?.outputs.filter(({ isOutput }) => isOutput).at(-1);
  const crossEntropy = /crossentropy/i.test(String(run.model?.loss));
  const alarms: Alarm[] = [];
  if (output && crossEntropy && (!(output.maxSum <= 1.1) || !/softmax|sigmoid/.test(output.activation)))
    alarms.push(alarm('output-loss-mismatch', lastStep));
  if (probe?.outputs.some(({ absMean }) => absMean >= parameters.output))
    alarms.push(alarm('input-scale', lastStep));
  return alarms;
}

/** Falls from a local maximum to the next local minimum that are large enough. */
function swings(values: readonly number[]): number {
  let [count, high] = [0, values[0] ?? 0];
  values.forEach((value, i) => {
    const next = values[i + 1] ?? value;
    if (value >= next && value >= (values[i - 1] ?? value)) high = value;
    if (value < next && value <= (values[i - 1] ?? value) && high - value >= parameters.swing) count++;
  });
  return count;
}
