import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type ClipStrategy, initializers, layers, watch } from 'gradient-health';
import { progress } from '../digits/progress.js';
import { makeSimple } from './simple-rnn.js';
import type { Lesson } from './tasks.js';

/** Everything that may differ between two trainings. */
export interface Plan {
  readonly kind: 'SimpleRNN' | 'LSTM' | 'GRU';
  readonly units: number;
  /** Of the sequences. */
  readonly time: number;
  readonly inputs: number;
  /** Whether gates start with memories of all lengths, up to that of the sequences, and not with a forget bias of 1. */
  readonly chrono?: boolean;
  /** Classes to tell apart; without them the net gives one number. */
  readonly classes?: number;
  readonly optimizer: () => tf.Optimizer;
  readonly clip?: ClipStrategy;
  readonly seed: number;
}

/** What one training came to. */
export interface Course {
  readonly model: tfl.Sequential;
  readonly solved: boolean;
  readonly steps: number;
  /** Mean of the last losses. */
  readonly loss: number;
  /** ||dL/dh_t||, first time step to last, every 50 steps of training. */
  readonly passes: readonly { readonly step: number; readonly norms: readonly number[] }[];
  readonly largestNorm: number;
}

const RECENT = 50;

function build({ kind, units, time, inputs, chrono, classes, seed }: Plan): tfl.Sequential {
  const gates = kind === 'LSTM' ? 4 : 3;
  const options = {
    name: 'memory',
    units,
    inputShape: [time, inputs],
    kernelInitializer: initializers.xavierUniform({ seed, kind: 'recurrent', gates }),
    recurrentInitializer: initializers.perGate(initializers.orthogonal({ seed }), { gates }),
  };
  const memory =
    kind !== 'LSTM'
      ? layers.gru(options)
      : layers.lstm({
          ...options,
          unitForgetBias: !chrono,
          ...(chrono && { biasInitializer: initializers.chrono({ maxSteps: time, seed }) }),
        });
  const answer = tfl.layers.dense({
    name: 'answer',
    units: classes ?? 1,
    activation: classes ? 'softmax' : 'linear',
    kernelInitializer: initializers.xavierUniform({ seed: seed + 100 }),
  });
  const model = tfl.sequential({ layers: [memory, answer] });
  if (kind === 'SimpleRNN') makeSimple(memory);
  return model;
}

/** How a training goes on and when it may end. */
export interface Lessons {
  /** Steps after which it ends in any case. */
  readonly limit: number;
  lesson(step: number): Lesson;
  /** Asked every 50 steps. */
  isSolved(loss: number, model: tfl.Sequential): boolean;
}

/** Trains on new sequences at each step, watched, until the task is solved. */
export async function train(
  label: string,
  plan: Plan,
  { limit, lesson, isSolved }: Lessons,
): Promise<Course> {
  const model = build(plan);
  const loss = plan.classes ? 'categoricalCrossentropy' : 'meanSquaredError';
  model.compile({ optimizer: plan.optimizer(), loss });
  const bar = progress(label, limit);
  const passes: { step: number; norms: readonly number[] }[] = [];
  let largestNorm = 0;
  const monitor = watch(model, {
    ...(plan.clip && { clip: plan.clip }),
    every: 10,
    histograms: () => false,
    activations: false,
    rules: [],
    onStep({ step, loss, globalNorm, throughTime }) {
      if (globalNorm > largestNorm) largestNorm = globalNorm;
      const norms = throughTime?.['memory']?.hiddenGradientNorms;
      if (norms && step % RECENT === 0) passes.push({ step, norms });
      bar.step(step + 1, `loss ${loss?.toFixed(3)}${norms ? `  ${reach(norms)}` : ''}`);
    },
  });
  const recent: number[] = [];
  const mean = (): number => recent.reduce((sum, loss) => sum + loss, 0) / recent.length;
  let steps = 0;
  let solved = false;
  while (steps < limit && !solved) {
    const { x, y } = lesson(steps);
    recent.push((await model.trainOnBatch(x, y)) as number);
    tf.dispose([x, y]);
    if (recent.length > RECENT) recent.shift();
    steps++;
    if (!Number.isFinite(recent.at(-1))) break;
    if (steps % RECENT === 0) solved = isSolved(mean(), model);
  }
  await monitor.stop();
  bar.end(`${solved ? 'solved after' : 'not solved in'} ${steps} steps  loss ${mean().toFixed(3)}`);
  return { model, solved, steps, loss: mean(), passes, largestNorm };
}

/** How much of the gradient that reaches the last state is left at the first. */
export const ratio = (norms: readonly number[]): number =>
  (norms[0] ?? Number.NaN) / (norms.at(-1) ?? Number.NaN);

export const reach = (norms: readonly number[]): string => `first/last ${ratio(norms).toExponential(1)}`;
