import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  adaptiveClip,
  autoClip,
  type ClipStrategy,
  clipByBlockRms,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  type Finding,
  spikeClip,
  type WatchOptions,
  watch,
  windowClip,
  zClip,
} from '../src/index.js';
import type { Rows } from './data/rows.js';
import type { ClipDescription } from './program.js';
import type { Batch } from './tensors.js';

/** Every value of `clip.name`; `clip.limit` is the one number that tells how tight it is. */
export const clips: Readonly<Record<string, (limit: number) => ClipStrategy>> = {
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  clipByBlockRms,
  adaptiveClip: (factor) => adaptiveClip({ factor }),
  autoClip: (percentile) => autoClip({ percentile }),
  spikeClip: (threshold) => spikeClip({ threshold }),
  windowClip: (sigmas) => windowClip({ sigmas }),
  zClip: (zThreshold) => zClip({ zThreshold }),
};

/** What an observer may know beside the model: nothing that tells one program from another. */
export interface Sight {
  readonly clip: ClipDescription | undefined;
  /** Encoded as the model gets them. */
  readonly training: Rows;
  readonly heldOut: Rows | null;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
}

/** Sees a compiled model train. */
export interface Observation {
  /** A step was taken on this batch, which is disposed afterwards. */
  afterStep?(step: number, batch: Batch): Promise<void>;
  /** Ends it; the findings are ranked, root causes first. */
  finish(): Promise<readonly Finding[]>;
}

/** Begins to observe. */
export type Observe = (model: LayersModel, sight: Sight) => Observation;

/** The clip that a program asks for, as an option of `watch`. */
export const clipOption = (clip: ClipDescription | undefined): Pick<WatchOptions, 'clip'> =>
  clip ? { clip: clips[clip.name]!(clip.limit) } : {};

/** Watches as a user of this library does by default. */
export const observeByWatching: Observe = (model, { clip }) => {
  const monitor = watch(model, { quiet: true, ...clipOption(clip) });
  return {
    async finish() {
      await monitor.flush();
      const { findings } = monitor.report();
      await monitor.stop();
      return findings;
    },
  };
};
