import type { NamedTensorMap, Optimizer } from '@tensorflow/tfjs-core';
import { dispose } from '@tensorflow/tfjs-core';
import { type BenchRow, processCpuMs, spreadOf } from './measure.js';
import type { Training } from './training.js';

/** CPU time of a row, in which at least `fewest` ratios are taken; the first third of them lets the compiler settle. */
const rowMs = 25_000;
const fewest = 15;

/** Steps that are shorter than this are taken together: what a monitor does now and then counts. */
const sampleMs = 50;

type Method = (...values: never[]) => unknown;

/**
 * What an attachment takes of each step, over the rest of the same step: both halves meet the same noise, so that this
 * resolves a tenth of a percent where steps of two models cannot. It counts what stands around the optimizer's own
 * `computeGradients` and `applyGradients`, and leaves out garbage that is collected later and what layers are asked for
 * while they are differentiated.
 *
 * @param attach - Puts a clip or a monitor on the optimizer's methods; returns how to take it off again.
 */
export async function withinStep(
  bench: string,
  training: Training,
  backend: string,
  variant: string,
  attach: (model: ReturnType<Training['build']>) => () => unknown,
): Promise<BenchRow> {
  const { x, y } = training.batch();
  const model = training.build();
  const own = clockOf(model.optimizer, () => attach(model));
  const ratios: number[] = [];
  let spent = 0;
  while (spent < rowMs || ratios.length < fewest) {
    own.take();
    let ms = 0;
    while (ms < sampleMs) {
      const start = processCpuMs();
      await model.trainOnBatch(x, y);
      ms += processCpuMs() - start;
    }
    ratios.push(ms / (ms - own.take()));
    spent += ms;
  }
  ratios.splice(0, Math.floor(ratios.length / 3));
  await own.remove();
  model.dispose();
  dispose([x, y] satisfies NamedTensorMap[string][]);
  return {
    bench,
    case: training.name,
    backend,
    variant,
    baseline: 'rest of its step',
    ...spreadOf(ratios),
  };
}

/** CPU time that an attachment takes of an optimizer's methods. */
export interface Clock {
  /** Milliseconds since it was last asked. */
  take(): number;
  /** Takes the attachment off, too. */
  remove(): Promise<void>;
}

/** Attaches something, between two clocks. Reading them counts as its own: some tenths of a percent of a short step. */
export function clockOf(optimizer: Optimizer, attach: () => () => unknown): Clock {
  const inner = timed(optimizer);
  const detach = attach();
  const outer = timed(optimizer);
  return {
    take() {
      const ms = outer.ms - inner.ms;
      inner.ms = 0;
      outer.ms = 0;
      return ms;
    },
    async remove() {
      outer.remove();
      await detach();
      inner.remove();
    },
  };
}

/** Puts a clock on the methods that a step goes through. */
function timed(optimizer: Optimizer): { ms: number; remove(): void } {
  const clock = { ms: 0, remove: () => {} };
  const methods = optimizer as unknown as Record<'computeGradients' | 'applyGradients', Method>;
  const restores = (['computeGradients', 'applyGradients'] as const).map((name) => {
    const own = Object.getOwnPropertyDescriptor(optimizer, name);
    const method = methods[name];
    methods[name] = (...values) => {
      const start = processCpuMs();
      try {
        return method.apply(optimizer, values);
      } finally {
        clock.ms += processCpuMs() - start;
      }
    };
    return () => {
      if (own) Object.defineProperty(optimizer, name, own);
      else Reflect.deleteProperty(optimizer, name);
    };
  });
  clock.remove = () => {
    for (const restore of restores) restore();
  };
  return clock;
}
