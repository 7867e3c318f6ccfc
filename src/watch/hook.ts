import {
  cast,
  clone,
  dispose,
  engine,
  getBackend,
  keep,
  mul,
  type NamedTensorMap,
  type Optimizer,
  type Scalar,
  type Tensor,
  tidy,
  type Variable,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Clipped, Clipper } from './clipper.js';
import { disposeUnscaled, type LossScaler, type Unscaled } from './loss-scale.js';
import { createSlots, type Gradients, type NamedGradient, type Slots, toList } from './slots.js';

/** Sees each step of a hooked optimizer; what it throws never reaches training. */
export interface StepObserver {
  /** A loss is about to be differentiated. */
  start(): void;
  /** Differentiates it in the optimizer's place, or leaves it to the optimizer. Throws only what `f` throws. */
  computeGradients(
    f: () => Scalar,
    variables: readonly Variable[] | undefined,
  ): { readonly value: Scalar; readonly grads: NamedTensorMap } | undefined;
  /** A loss was computed and is still on the tape. */
  forward(): void;
  /** The loss that was differentiated, and its gradients where they are those of all variables that there are. */
  loss(value: Scalar, all: NamedTensorMap | undefined): void;
  /** The raw gradients, before clip and update; those of a scaled loss also as they are after unscaling. */
  begin(gradients: readonly NamedGradient[], slots: Slots, unscaled: Unscaled | undefined): void;
  /** After the update; `clipped` is what a strategy made of the gradients, `accepted` whether the step was taken. */
  end(clipped: Clipped | undefined, accepted: boolean | Scalar): void;
  /** Receives whatever the observer itself threw. */
  failed(error: unknown): void;
}

/** What stands between an optimizer and its gradients. One to an optimizer, shared by `watch` and `withClipping`. */
export interface Hook {
  observer: StepObserver | undefined;
  clipper: Clipper | undefined;
  scaler: LossScaler | undefined;
}

/** On the optimizer itself and registered globally, so that two builds of this library in one program see one hook. */
const hookKey: unique symbol = Symbol.for('gradient-health.hook') as typeof hookKey;
type Hooked = Optimizer & { [hookKey]?: Hook & { remove(): void } };

/** Tells an optimizer of tfjs from everything else, by shape: bundles may hold two copies of tfjs. */
export function isOptimizer(target: unknown): target is Optimizer {
  const optimizer = target as Partial<Optimizer> | null | undefined;
  return typeof optimizer?.applyGradients === 'function' && typeof optimizer.computeGradients === 'function';
}

/** Returns the hook of an optimizer, installing one at first. */
export function hookOf(optimizer: Optimizer): Hook {
  const hooked: Hooked = optimizer;
  hooked[hookKey] ??= install(optimizer);
  return hooked[hookKey];
}

/** Returns the hook of an optimizer, if it has one. */
export const existingHook = (optimizer: Optimizer): Hook | undefined => (optimizer as Hooked)[hookKey];

/** Gives the optimizer its own methods back once nobody uses its hook. */
export function releaseHook(optimizer: Optimizer): void {
  const hooked: Hooked = optimizer;
  const hook = hooked[hookKey];
  if (!hook || hook.observer || hook.clipper || hook.scaler) return;
  hook.remove();
  delete hooked[hookKey];
}

/** Values can be read at once, so a rejected step can be left out instead of undone. */
export const readsSynchronously = (): boolean => ['cpu', 'wasm', 'tensorflow'].includes(getBackend());

function install(optimizer: Optimizer): Hook & { remove(): void } {
  const slots = createSlots(optimizer);
  const { computeGradients, applyGradients } = optimizer;
  const hook: Hook & { remove(): void } = {
    observer: undefined,
    clipper: undefined,
    scaler: undefined,
    remove: () => {
      for (const restore of restores) restore();
    },
  };
  const restores = [
    override(optimizer, 'computeGradients', (f: () => Scalar, variables?: Variable[]) => {
      observe(hook, (observer) => observer.start());
      const forward = (): Scalar => {
        const value = f();
        observe(hook, (observer) => observer.forward());
        return value;
      };
      const compute = (loss: () => Scalar) =>
        hook.observer?.computeGradients(loss, variables) ?? computeGradients.call(optimizer, loss, variables);
      const result = hook.scaler ? hook.scaler.differentiate(forward, compute) : compute(forward);
      observe(hook, (observer) =>
        observer.loss(result.value, variables === undefined ? result.grads : undefined),
      );
      return result;
    }),
    override(optimizer, 'applyGradients', (gradients: Gradients) => {
      const update = (ordered: Gradients): void => applyGradients.call(optimizer, ordered as NamedTensorMap);
      const ordered = slots.order(gradients);
      if (!hook.observer && !hook.clipper && !hook.scaler) return update(ordered);
      const list = toList(ordered);
      const unscaled = hook.scaler?.unscale(list, optimizer, hook.clipper !== undefined);
      observe(hook, (observer) => observer.begin(list, slots, unscaled));
      let clipped: Clipped | undefined;
      let given: Clipped | undefined;
      try {
        clipped = hook.clipper?.apply(unscaled?.gradients ?? list);
        given = unscaled ? withUnscaled(unscaled, clipped) : clipped;
        const accepted = updateIfAccepted(update, ordered, given);
        observe(hook, (observer) => observer.end(clipped, accepted));
      } finally {
        if (clipped) dispose([clipped.gradients, clipped.accept ?? []]);
        if (unscaled) {
          hook.scaler?.adapt(unscaled);
          disposeUnscaled(unscaled);
          if (given?.accept !== unscaled.finite) given?.accept?.dispose();
        }
      }
    }),
  ];
  return hook;
}

/**
 * Puts a method on the instance and returns how to take it off again. Whoever overrode it after us stays in place, over a
 * hook that by then has neither observer nor clipper and only passes on.
 */
function override(
  optimizer: Optimizer,
  name: 'computeGradients' | 'applyGradients',
  method: object,
): () => void {
  const before = Object.getOwnPropertyDescriptor(optimizer, name);
  Object.defineProperty(optimizer, name, { value: method, configurable: true, writable: true });
  return () => {
    if (optimizer[name] !== method) return;
    if (before) Object.defineProperty(optimizer, name, before);
    else delete (optimizer as { [key in typeof name]?: unknown })[name];
  };
}

function observe(hook: Hook, use: (observer: StepObserver) => void): void {
  const { observer } = hook;
  if (!observer) return;
  try {
    use(observer);
  } catch (error) {
    observer.failed(error);
  }
}

type Update = (gradients: Gradients) => void;

/**
 * Takes the step unless it is rejected. Where values cannot be read at once, the optimizer always runs: it sees zeros for
 * a rejected step and the weights are put back on the device; its moments then decay by one step.
 */
function updateIfAccepted(
  update: Update,
  ordered: Gradients,
  clipped: Clipped | undefined,
): boolean | Scalar {
  const { gradients = {}, accept } = clipped ?? {};
  if (!accept) {
    update(clipped ? withTensors(ordered, gradients) : ordered);
    return true;
  }
  if (readsSynchronously()) {
    const accepted = accept.dataSync()[0] !== 0;
    if (accepted) update(withTensors(ordered, gradients));
    return accepted;
  }
  const taken = tidy(() => cast(accept, 'bool'));
  const before = Object.keys(gradients).flatMap((name) => {
    const variable = engine().registeredVariables[name];
    return variable ? [{ variable, value: keep(clone<Tensor>(variable)) }] : [];
  });
  tidy(() => {
    const zeroed = Object.entries(gradients).map(([name, tensor]) => [
      name,
      where(taken, tensor, zerosLike(tensor)),
    ]);
    update(withTensors(ordered, Object.fromEntries(zeroed)));
    for (const { variable, value } of before) variable.assign(where(taken, variable, value));
  });
  dispose([taken, before.map(({ value }) => value)]);
  return accept;
}

/** What a strategy made of unscaled gradients, or they themselves; accepted only where none overflowed. */
function withUnscaled({ gradients, finite }: Unscaled, clipped: Clipped | undefined): Clipped {
  const unscaled = gradients.flatMap(({ name, tensor }) => (tensor ? [[name, tensor] as const] : []));
  return {
    gradients: { ...Object.fromEntries(unscaled), ...clipped?.gradients },
    accept: clipped?.accept ? mul<Scalar>(finite, clipped.accept) : finite,
  };
}

/** The same form, order and nulls, with the tensors of a strategy. */
function withTensors(ordered: Gradients, tensors: NamedTensorMap): Gradients {
  if (!Array.isArray(ordered)) return { ...ordered, ...tensors };
  return toList(ordered).map(({ name, tensor }) => ({ name, tensor: tensors[name] ?? tensor }));
}
