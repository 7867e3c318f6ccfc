import { dispose, type NamedTensorMap } from '@tensorflow/tfjs-core';
import { type BenchRow, processCpuMs, spreadOf } from './measure.js';
import type { Training } from './training.js';

/** CPU time of a row; its first third lets the compiler settle. */
const rowMs = 25_000;
const fewest = 60;

/**
 * What is done in every other step of one model, over the steps between: what is part of differentiating cannot be told within
 * a step, and steps of two models differ by more than it costs. Which of two steps has it alternates too. A usual step: the
 * median leaves out garbage and what is done at some steps alone, such as making the records of several together.
 *
 * @param attach - Returns how to take it off; asks `isOn` at each step.
 */
export async function everyOtherStep(
  bench: string,
  training: Training,
  backend: string,
  variant: string,
  attach: (model: ReturnType<Training['build']>, isOn: () => boolean) => () => unknown,
): Promise<BenchRow> {
  const { x, y } = training.batch();
  const model = training.build();
  let on = false;
  const detach = attach(model, () => on);
  const step = async (isOn: boolean): Promise<number> => {
    on = isOn;
    const start = processCpuMs();
    await model.trainOnBatch(x, y);
    return processCpuMs() - start;
  };
  const ratios: number[] = [];
  let spent = 0;
  while (spent < rowMs || ratios.length < fewest) {
    const first = ratios.length % 2 === 0;
    const [a, b] = [await step(first), await step(!first)];
    ratios.push(first ? a / b : b / a);
    spent += a + b;
  }
  ratios.splice(0, Math.floor(ratios.length / 3));
  await detach();
  model.dispose();
  dispose([x, y] satisfies NamedTensorMap[string][]);
  return {
    bench,
    case: training.name,
    backend,
    variant,
    baseline: 'its steps between',
    ...spreadOf(ratios),
  };
}
