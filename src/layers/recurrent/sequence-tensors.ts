import type { Tensor } from '@tensorflow/tfjs-core';
import type { ThroughTimeListener } from '../../layout/through-time.js';
import type { RecurrentLimits, SequenceInputs } from './sequence.js';
import type { SequenceShape } from './sequence-plan.js';

/** A cell over a sequence, as tensors: the fields of {@link SequenceInputs}. */
export type SequenceTensors = Readonly<{ [name in keyof SequenceInputs]: Tensor | undefined }> &
  Readonly<Record<'x' | 'kernel' | 'recurrentKernel', Tensor>>;

/** How to go through it. */
export interface SequenceOptions {
  readonly shape: SequenceShape;
  readonly limits: RecurrentLimits;
  /** Whether the output is [batch, time, units] and not the last state. */
  readonly returnSequences: boolean;
  /** Hears of the backward pass. */
  readonly listener: ThroughTimeListener | undefined;
}
