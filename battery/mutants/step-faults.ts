import type { Program } from '../program.js';
import { logUniform } from '../random.js';
import type { Fault } from './fault.js';
import type { Config } from './layers.js';

const overshooting = [
  'learning-rate',
  'update-ratio-high',
  'loss-divergence',
  'loss-oscillation',
  'exploding-gradient',
  'dead-units',
  'non-finite',
];

/** Steps that are too large, too small or lead the wrong way: learning rates, an epsilon, clips. */
export const stepFaults: readonly Fault[] = [
  {
    name: 'rate-high',
    causes: overshooting,
    plant: (program, random) => multiplied(program, logUniform(100, 3000, random)),
  },
  {
    name: 'rate-low',
    causes: ['learning-rate', 'update-ratio-low'],
    plant: (program, random) => multiplied(program, logUniform(1e-5, 1e-3, random)),
  },
  {
    name: 'rate-negative',
    causes: ['learning-rate', 'loss-divergence', 'exploding-gradient', 'non-finite'],
    plant: (program) => multiplied(program, -1),
  },
  {
    name: 'epsilon-large',
    causes: ['learning-rate', 'update-ratio-low', 'precision-underflow'],
    plant(program, random) {
      if (program.optimizer.className !== 'Adam') return null;
      const epsilon = logUniform(1e3, 1e6, random);
      return { ...optimized(program, { epsilon }), comment: `An epsilon of ${epsilon} in Adam.` };
    },
  },
  {
    name: 'clip-tight',
    causes: ['over-clipping', 'update-ratio-low', 'learning-rate'],
    plant(program, random) {
      // Adam and its kin divide by the size of the gradient: what a clip takes, they give back.
      if (!/^(?:SGD|Momentum)$/.test(program.optimizer.className)) return null;
      const limit = logUniform(1e-7, 1e-4, random);
      const clip = { name: 'clipByGlobalNorm', limit };
      return { ...program, clip, comment: `A global norm of at most ${limit}.` };
    },
  },
  {
    name: 'clip-missing',
    causes: [...overshooting, 'gradient-spike', 'zero-gradient'],
    plant({ clip, ...program }) {
      return clip ? { ...program, comment: `Without ${clip.name}(${clip.limit}).` } : null;
    },
  },
];

function multiplied(program: Program, factor: number): Program | null {
  const rate = program.optimizer.config?.['learningRate'];
  if (typeof rate !== 'number') return null;
  const learningRate = Number((rate * factor).toPrecision(2));
  const comment = `A learning rate of ${learningRate} instead of ${rate}.`;
  return { ...optimized(program, { learningRate }), comment };
}

const optimized = (program: Program, config: Config): Program => ({
  ...program,
  optimizer: { ...program.optimizer, config: { ...program.optimizer.config, ...config } },
});
