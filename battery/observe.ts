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
  watch,
  windowClip,
  zClip,
} from '../src/index.js';
import type { ClipDescription } from './program.js';

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

/** Sees a compiled model train. */
export interface Observation {
  /** Ends it; the findings are ranked, root causes first. */
  finish(): Promise<readonly Finding[]>;
}

/** Begins to observe. It is given the model alone: nothing that tells one program from another. */
export type Observe = (model: LayersModel, clip: ClipDescription | undefined) => Observation;

/** Watches as a user of this library does by default. */
export const observeByWatching: Observe = (model, clip) => {
  const strategy = clip && clips[clip.name]!(clip.limit);
  const monitor = watch(model, { quiet: true, ...(strategy && { clip: strategy }) });
  return {
    async finish() {
      await monitor.flush();
      const { findings } = monitor.report();
      await monitor.stop();
      return findings;
    },
  };
};
