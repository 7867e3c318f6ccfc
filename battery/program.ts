import type { DataDescription } from './data/kinds.js';

/** A training program as data. Only what trains reaches the model; `id`, `source` and `comment` are for readers. */
export interface Program {
  readonly id: string;
  readonly source?: string;
  readonly comment?: string;
  readonly data: DataDescription;
  readonly layers?: readonly Part[];
  readonly model?: Readonly<Record<string, unknown>>;
  readonly optimizer: Part;
  readonly loss: string;
  readonly metrics?: readonly string[];
  readonly batchSize: number;
  readonly epochs: number;
  readonly maxSteps?: number;
  readonly faulty: boolean;
  readonly causes?: readonly string[];
  readonly clip?: ClipDescription;
  readonly goal?: Goal;
}

/** Something that tfjs builds from a class name and a configuration. */
export interface Part {
  readonly className: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface ClipDescription {
  readonly name: string;
  readonly limit: number;
}

/** What a sound program reaches within its steps. */
export interface Goal {
  readonly metric: string;
  readonly min?: number;
  readonly max?: number;
}
