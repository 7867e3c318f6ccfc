import type { Part, Program } from '../program.js';
import { logUniform } from '../random.js';
import type { Fault } from './fault.js';
import { type Config, changeLayers } from './layers.js';

const gated = /^(?:Fused)?(?:LSTM|GRU)$/;
/** What a layer has whatever its cell. */
const shapes = ['units', 'inputShape', 'returnSequences'];
const normal = (stddev: number): Config => ({ className: 'RandomNormal', config: { mean: 0, stddev } });

/** Cells that cannot carry what they are to carry. */
export const recurrentFaults: readonly Fault[] = [
  {
    name: 'gates-closed',
    causes: ['gate-saturation', 'vanishing-through-time', 'vanishing-gradient', 'poor-initialization'],
    plant(program, random) {
      const value = -logUniform(7, 15, random);
      const biasInitializer = { className: 'Constant', config: { value } };
      return inGates(program, `A bias of ${value} closes every gate.`, ({ className }) => ({
        biasInitializer,
        // It would put 1 in the place of this bias.
        ...(className.endsWith('LSTM') && { unitForgetBias: false }),
      }));
    },
  },
  {
    name: 'gates-stuck',
    causes: [
      'gate-saturation',
      'poor-initialization',
      'saturated-activation',
      'exploding-through-time',
      'exploding-gradient',
      'vanishing-through-time',
    ],
    plant(program, random) {
      const stddev = logUniform(5, 30, random);
      const weights = { kernelInitializer: normal(stddev), recurrentInitializer: normal(stddev) };
      return inGates(program, `Weights from N(0, ${stddev}) in every gate.`, () => weights);
    },
  },
  {
    name: 'memory-short',
    causes: ['vanishing-through-time', 'vanishing-gradient', 'poor-initialization'],
    plant(program, random) {
      const stddev = logUniform(0.01, 0.1, random);
      const comment = `A SimpleRNN whose recurrent weights are from N(0, ${stddev}).`;
      return simple(program, comment, { recurrentInitializer: normal(stddev) });
    },
  },
  {
    name: 'memory-growing',
    causes: ['exploding-through-time', 'exploding-gradient', 'poor-initialization', 'non-finite'],
    plant(program, random) {
      const gain = logUniform(1.7, 4, random);
      const comment = `A relu SimpleRNN whose state grows ${gain}-fold in each time step.`;
      const recurrentInitializer = { className: 'Identity', config: { gain } };
      return simple(program, comment, { activation: 'relu', recurrentInitializer });
    },
  },
];

/** Changes the configuration of the first layer with gates. */
function inGates(program: Program, comment: string, change: (part: Part) => Config): Program | null {
  const { layers = [] } = program;
  const at = layers.findIndex(({ className }) => gated.test(className));
  const changed = at < 0 ? null : changeLayers(program, [at], change(layers[at]!));
  return changed && { ...changed, comment };
}

/** Puts a SimpleRNN in the place of the first recurrent layer. */
function simple(program: Program, comment: string, change: Config): Program | null {
  const { layers = [] } = program;
  const at = layers.findIndex(({ className }) => gated.test(className) || className === 'SimpleRNN');
  if (at < 0) return null;
  const kept = Object.entries(layers[at]!.config ?? {}).filter(([name]) => shapes.includes(name));
  const cell = { className: 'SimpleRNN', config: { ...Object.fromEntries(kept), ...change } };
  return { ...program, layers: layers.map((part, i) => (i === at ? cell : part)), comment };
}
