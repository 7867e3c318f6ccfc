import type { Run } from './run.js';

/** Something wrong with a training run, as data: sick training is never an exception. */
export interface Finding {
  /** Id of the rule that found it, kebab-case. */
  readonly rule: string;
  /** `error`: training is lost. `warning`: it suffers. `info`: worth knowing. */
  readonly severity: 'info' | 'warning' | 'error';
  /** Path of the layer or weight, or `model` where it concerns the whole. */
  readonly where: string;
  /** First step at which the evidence stands. */
  readonly firstStep: number;
  /** Last step at which it was seen. */
  readonly lastStep: number;
  /** The numbers behind the message. */
  readonly evidence: Readonly<Record<string, number>>;
  /** What is wrong, where, since when, and why, in one or two sentences. */
  readonly message: string;
  /** Id of the rule that names the root cause, when this finding is its consequence; its own where nothing else may explain it. */
  readonly because?: string;
  /** What to do about it, the most promising first. */
  readonly remedies: readonly Remedy[];
}

/** One change that should help. */
export interface Remedy {
  /** What kind of thing to change. */
  readonly kind:
    | 'initializer'
    | 'activation'
    | 'normalization'
    | 'residual'
    | 'clip'
    | 'learning-rate'
    | 'optimizer'
    | 'output'
    | 'loss'
    | 'input-scale'
    | 'target-scale'
    | 'cell'
    | 'forget-bias'
    | 'regularizer'
    | 'loss-scale';
  /** Paths of the layers to change; empty where it concerns the whole model. */
  readonly layers: readonly string[];
  /** The new value: a name (`heNormal`, `relu`, `clipByGlobalNorm`) or a number (a rate, a limit). */
  readonly to: string | number;
  /** Why it should help. */
  readonly reason: string;
  /** Set once the change was tried on the user's own data. */
  readonly verified?: {
    /** The measure without the change. */
    readonly before: number;
    /** The measure with it. */
    readonly after: number;
    /** What was measured: `loss`, `loss halfway` where a trial was given up there, `accuracy` or `findings`. */
    readonly measure: string;
  };
}

/** A diagnosis: the run, what is wrong with it, and one sentence that says so. */
export interface Report {
  /** What was diagnosed. */
  readonly run: Run;
  /** Root causes first, then by severity. */
  readonly findings: readonly Finding[];
  /** One sentence a tired person understands. */
  readonly verdict: string;
}

/** Looks for one kind of trouble: a pure function of a run. */
export interface Rule {
  /** Kebab-case and stable: the `rule` of its findings. */
  readonly id: string;
  /**
   * Rules whose findings are consequences of this one's, by id. Where both are found, the consequence gets this rule as its
   * `because` and ranks below it; a note (`info`) explains nothing.
   */
  readonly explains?: readonly string[];
  /** Findings in this run; none for healthy training. Never throws, whatever the run holds. */
  check(run: Run): Finding[];
}
