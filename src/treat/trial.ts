import { dispose, mean, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type LayersModel, Sequential } from '@tensorflow/tfjs-layers';
import type { Report } from '../record/finding.js';
import { watch } from '../watch/watch.js';
import { classShare } from './class-share.js';
import { type DrawnWeights, disposeFork, fork } from './fork.js';
import type { Plan } from './plan.js';
import { type Samples, take } from './samples.js';
import { restore, standardize } from './standardization.js';

/** What every trial of one treatment shares, so that they differ by their plans alone. */
export interface Bench {
  readonly source: LayersModel;
  readonly compile: ((model: LayersModel) => void) | undefined;
  readonly drawn: DrawnWeights;
  readonly training: Samples;
  /** Rows of each step's batch. */
  readonly batches: readonly (readonly number[])[];
  /** What the loss is measured on. */
  readonly judged: Samples;
  /** Rows of `judged` that count. */
  readonly judgedRows: readonly number[];
  /** Aborts between two steps by throwing. */
  readonly check: () => void;
}

/** How a plan did. */
export interface Trial {
  readonly plan: Plan;
  /** Loss without penalties, by the user's own loss and on the scale of the user's targets, before the first step. */
  readonly before: number;
  /** The same after half of the steps; infinite where it is no number, or was not reached. */
  readonly halfway: number;
  /** The same after the last step that was taken; infinite where it is no number. */
  readonly after: number;
  /** Whether it ended halfway because it was hopeless: nothing is known of what would have come. */
  readonly givenUp: boolean;
  /** Share of right classes after the last step; `null` where the targets are no classes. */
  readonly accuracy: number | null;
  /** What the default rules found while it trained. */
  readonly report: Report;
  readonly seconds: number;
}

/** Tells by the loss halfway whether a trial is not worth its other half. */
export type IsHopeless = (halfway: number) => boolean;

/** Steps at which a trial is measured: the first, and then ever fewer. */
const due = (step: number): boolean => step < 10 || step % 3 === 0;
/** Measured steps at which activations are looked at too, which costs about a step each time. */
const tapped = (step: number): boolean => step % 9 === 0;

/** Trains a fork by a plan, on the same batches as every other, and disposes it. */
export async function runTrial(
  bench: Bench,
  plan: Plan,
  isHopeless: IsHopeless = () => false,
): Promise<Trial> {
  const start = performance.now();
  const model = fork(plan, bench.source, bench);
  const monitor = watch(model, {
    quiet: true,
    every: due,
    activations: tapped,
    histograms: () => false,
    ...(plan.clip && { clip: plan.clip }),
  });
  try {
    const first = await judge(model, bench, plan);
    const half = Math.ceil(bench.batches.length / 2);
    let middle: Judgement | undefined;
    let givenUp = false;
    for (const [i, rows] of bench.batches.entries()) {
      bench.check();
      if (i === half) {
        middle = await judge(model, bench, plan);
        givenUp = isHopeless(middle.loss);
      }
      if (givenUp) break;
      const loss = await step(model, take(bench.training, rows), plan);
      // What overflowed does not come back, unless a clip leaves such steps out.
      if (!Number.isFinite(loss) && !plan.clip) break;
    }
    await monitor.flush();
    const report = monitor.report();
    const { loss: after, accuracy } = givenUp && middle ? middle : await judge(model, bench, plan);
    const halfway = middle?.loss ?? Number.POSITIVE_INFINITY;
    const seconds = (performance.now() - start) / 1000;
    return { plan, before: first.loss, halfway, after, givenUp, accuracy, report, seconds };
  } finally {
    await monitor.stop();
    disposeFork(model);
  }
}

async function step(model: LayersModel, batch: Samples, plan: Plan): Promise<number> {
  const x = batch.x.map((each) => standardize(each, plan.input));
  const y = batch.y.map((each) => standardize(each, plan.target));
  try {
    const found = await model.trainOnBatch(single(x), single(y));
    return [found].flat()[0] ?? Number.NaN;
  } finally {
    dispose([...new Set([...batch.x, ...batch.y, ...x, ...y])]);
  }
}

interface Judgement {
  readonly loss: number;
  readonly accuracy: number | null;
}

async function judge(
  model: LayersModel,
  { judged: all, judgedRows, source }: Bench,
  plan: Plan,
): Promise<Judgement> {
  const measured = tidy(() => {
    const judged = take(all, judgedRows);
    const x = judged.x.map((each) => standardize(each, plan.input));
    const outputs = [model.predictOnBatch(single(x)) as Tensor | Tensor[]].flat();
    const restored = outputs.map((output) => restore(output, plan.target));
    const losses = lossFunctions(source).map((of, i) => mean(of(at(judged.y, i), at(restored, i))));
    const [target, output] = [at(judged.y, 0), at(restored, 0)];
    const classes = /crossentropy/i.test(String(source.loss)) && target.shape.at(-1) === output.shape.at(-1);
    return classes ? { losses, right: classShare(target, output) } : { losses };
  }) as { readonly losses: Tensor[]; readonly right?: Tensor };
  const { losses, right } = measured;
  const values = await Promise.all(losses.map(async (each) => (await each.data())[0] ?? Number.NaN));
  const accuracy = right ? ((await right.data())[0] ?? null) : null;
  dispose(right ? [...losses, right] : losses);
  const total = values.reduce((sum, value) => sum + value, 0);
  return { loss: Number.isFinite(total) ? total : Number.POSITIVE_INFINITY, accuracy };
}

type LossFunction = (target: Tensor, output: Tensor) => Tensor;

/** What the user's model minimises, but for penalties; a `Sequential` hands everything to the model inside it. */
function lossFunctions(model: LayersModel): readonly LossFunction[] {
  const inner =
    model instanceof Sequential ? (model as unknown as { readonly model: LayersModel }).model : model;
  return inner.lossFunctions as readonly LossFunction[];
}

const single = (tensors: readonly Tensor[]): Tensor | Tensor[] =>
  tensors.length === 1 ? at(tensors, 0) : [...tensors];

function at(tensors: readonly Tensor[], index: number): Tensor {
  const found = tensors[index];
  if (!found)
    throw new RangeError(`treat: the model has ${index + 1} outputs or more, got ${tensors.length} tensors`);
  return found;
}
