import {
  add,
  all,
  cast,
  clone,
  dispose,
  div,
  greaterEqual,
  isFinite as isFiniteTensor,
  keep,
  logicalNot,
  maximum,
  minimum,
  mul,
  type NamedTensorMap,
  type Optimizer,
  type Scalar,
  scalar,
  stack,
  type Tensor,
  tidy,
  where,
} from '@tensorflow/tfjs-core';
import { assertKnownOptions } from '../record/known-options.js';
import type { NamedGradient } from './slots.js';

/** How the loss is scaled. All factors are powers of two, so that scaling and unscaling lose no digit. */
export interface LossScaleOptions {
  /**
   * Scale of the first step, at least 1.
   *
   * @default 32768
   */
  readonly initial?: number;
  /**
   * Steps in a row without overflow after which the scale grows, up to 2048: as far as 16-bit floats count.
   *
   * @default 2000
   */
  readonly growthInterval?: number;
  /**
   * What the scale is multiplied by then, at least 1.
   *
   * @default 2
   */
  readonly growthFactor?: number;
  /**
   * What the scale is multiplied by after an overflow, below 1; it never falls below 1.
   *
   * @default 0.5
   */
  readonly backoffFactor?: number;
  /**
   * Largest scale. 32768 is the largest power of two of a 16-bit float; more is of use with 32-bit ones only.
   *
   * @default 32768, or `initial` where that is larger
   */
  readonly max?: number;
}

/** The gradients of a scaled loss. Its owner disposes them with `disposeUnscaled`. */
export interface Unscaled {
  /** What the loss was multiplied by. */
  readonly scale: Scalar;
  /** 1 where no scaled gradient overflowed, else 0. */
  readonly finite: Scalar;
  /** In the order given: what clip and optimizer get. */
  readonly gradients: readonly NamedGradient[];
}

/** Scales the loss of an optimizer and its gradients back. */
export interface LossScaler {
  /** Differentiates the scaled loss, and returns the loss as it was with the gradients of the scaled one. */
  differentiate(
    f: () => Scalar,
    compute: (f: () => Scalar) => { readonly value: Scalar; readonly grads: NamedTensorMap },
  ): { readonly value: Scalar; readonly grads: NamedTensorMap };
  /** Unscales what was differentiated last; `undefined` for gradients that did not come through `differentiate`. */
  unscale(gradients: readonly NamedGradient[], optimizer: Optimizer, clips: boolean): Unscaled | undefined;
  /** Lets the scale of the next step follow. */
  adapt(unscaled: Unscaled): void;
  dispose(): void;
}

/**
 * Adam and Adamax divide a gradient by its own past, so a constant factor changes nothing but the weight of epsilon. With
 * this one, 16-bit second moments hold gradients from 2e-4 to 8 instead of 8e-3 to 255.
 */
const factorOf = (optimizer: Optimizer): number =>
  ['Adam', 'Adamax'].includes(optimizer.getClassName()) ? 32 : 1;

/** @throws RangeError for an option that is out of range. */
export function createLossScaler(options: LossScaleOptions): LossScaler {
  const { initial, growthInterval, growthFactor, backoffFactor, max } = checked(options);
  let scale: Scalar = keep(scalar(initial));
  let calm: Scalar = keep(scalar(0));
  /** Gradients of scaled losses; and whether the newest were not applied yet, as they are or as somebody has changed them. */
  const scaled = new WeakSet<Tensor>();
  let isPending = false;
  return {
    differentiate(f, compute) {
      let loss: Scalar | undefined;
      try {
        const { value, grads } = compute(() => {
          loss = keep(f());
          return mul(loss, scale);
        });
        for (const gradient of Object.values(grads)) if (gradient) scaled.add(gradient);
        isPending = true;
        value.dispose();
        return { value: clone(loss ?? value), grads };
      } finally {
        loss?.dispose();
      }
    },
    unscale(list, optimizer, clips) {
      const tensors = list.flatMap(({ tensor }) => tensor ?? []);
      const isScaled = isPending || tensors.every((tensor) => scaled.has(tensor));
      if (tensors.length === 0 || !isScaled) return undefined;
      isPending = false;
      const factor = clips ? 1 : factorOf(optimizer);
      const finite = allFinite(tensors);
      // By division: the reciprocal of a large scale is no normal 16-bit float.
      const divisor = div<Scalar>(scale, factor);
      const gradients = list.map(({ name, tensor }) => ({ name, tensor: tensor && div(tensor, divisor) }));
      divisor.dispose();
      return { scale: clone(scale), finite, gradients };
    },
    adapt({ finite }) {
      const [nextScale, nextCalm] = tidy(() => {
        const fits = cast(finite, 'bool');
        const seen = add(calm, 1);
        const grows = greaterEqual(seen, growthInterval);
        const grown = where(grows, minimum(mul(scale, growthFactor), max), scale);
        const smaller = maximum(mul(scale, backoffFactor), 1);
        const stays = where(grows, 0, seen);
        return [
          keep(where(fits, grown, smaller)) as Scalar,
          keep(where(logicalNot(fits), 0, stays)) as Scalar,
        ];
      });
      dispose([scale, calm]);
      [scale, calm] = [nextScale as Scalar, nextCalm as Scalar];
    },
    dispose: () => dispose([scale, calm]),
  };
}

/** 1 where every element of every tensor is finite, else 0. */
const allFinite = (tensors: readonly Tensor[]): Scalar =>
  tidy(() => cast(all(stack(tensors.map((tensor) => all(isFiniteTensor(tensor))))), 'float32') as Scalar);

export function disposeUnscaled({ scale, finite, gradients }: Unscaled): void {
  dispose([scale, finite, ...gradients.flatMap(({ tensor }) => tensor ?? [])]);
}

function checked(options: LossScaleOptions): Required<LossScaleOptions> {
  const names = ['initial', 'growthInterval', 'growthFactor', 'backoffFactor', 'max'] as const;
  assertKnownOptions('watch: lossScale', options, names);
  const { initial = 2 ** 15, growthInterval = 2000, growthFactor = 2, backoffFactor = 0.5 } = options;
  const { max = Math.max(2 ** 15, initial) } = options;
  const isPower = (value: number): boolean => Number.isInteger(Math.log2(value));
  const refuse = (name: string, expected: string, got: number): never => {
    throw new RangeError(`watch: lossScale.${name} must be ${expected}, got ${String(got)}`);
  };
  if (!isPower(initial) || initial < 1) refuse('initial', 'a power of two from 1', initial);
  if (!isPower(growthFactor) || growthFactor < 1)
    refuse('growthFactor', 'a power of two from 1', growthFactor);
  if (!isPower(backoffFactor) || backoffFactor >= 1)
    refuse('backoffFactor', 'a power of two below 1', backoffFactor);
  if (!isPower(max) || max < initial) refuse('max', `a power of two from lossScale.initial, ${initial}`, max);
  if (!Number.isInteger(growthInterval) || growthInterval < 1 || growthInterval > 2048) {
    refuse('growthInterval', 'a whole number from 1 to 2048', growthInterval);
  }
  return { initial, growthInterval, growthFactor, backoffFactor, max };
}
