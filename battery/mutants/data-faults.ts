import type { Spoil } from '../data/spoil.js';
import type { Goal, Program } from '../program.js';
import { logUniform } from '../random.js';
import type { Fault } from './fault.js';
import { activationOf, outputLayer } from './layers.js';

const symptoms = ['learning-rate', 'exploding-gradient', 'loss-divergence', 'non-finite', 'dead-units'];

/** Data as it comes when nobody has looked at it. */
export const dataFaults: readonly Fault[] = [
  {
    name: 'inputs-large',
    causes: ['input-scale', 'saturated-activation', 'loss-oscillation', ...symptoms],
    plant: (program, random) => scaled(program, logUniform(100, 1e4, random)),
  },
  {
    name: 'inputs-small',
    causes: ['input-scale', 'vanishing-gradient', 'learning-rate', 'update-ratio-low', 'poor-initialization'],
    plant: (program, random) => scaled(program, logUniform(1e-5, 1e-3, random)),
  },
  {
    name: 'inputs-missing',
    causes: ['non-finite', 'input-scale'],
    plant(program, random) {
      if (namesWords(program)) return null;
      const missing = logUniform(0.01, 0.1, random);
      return { ...spoiled(program, { missing }), comment: `NaN in ${100 * missing} % of the rows.` };
    },
  },
  {
    name: 'targets-large',
    causes: ['target-scale', 'update-ratio-low', ...symptoms],
    plant(program, random) {
      const { data, loss, goal } = program;
      const standardized = (data as { readonly standardize?: boolean }).standardize === true;
      const output = outputLayer(program);
      const follows = output !== null && activationOf(output) === 'linear';
      const regression = /^mean(?:Squared|Absolute)Error$/.test(loss);
      if (!goal || standardized || !follows || !regression) return null;
      const scaleTargets = logUniform(1e3, 1e5, random);
      const changed = spoiled(program, { scaleTargets });
      return {
        ...changed,
        goal: goalAt(goal, loss, scaleTargets),
        comment: `Targets times ${scaleTargets}.`,
      };
    },
  },
  {
    name: 'data-as-it-came',
    causes: ['input-scale', 'target-scale', 'update-ratio-low', ...symptoms],
    plant(program) {
      const { data } = program;
      if ((data as { readonly standardize?: boolean }).standardize !== true) return null;
      const raw = { ...data, standardize: false };
      return { ...program, data: raw, comment: 'Inputs and targets not standardised.' };
    },
  },
];

function scaled(program: Program, scaleInputs: number): Program | null {
  if (namesWords(program)) return null;
  return { ...spoiled(program, { scaleInputs }), comment: `Inputs times ${scaleInputs}.` };
}

const spoiled = (program: Program, spoil: Spoil): Program => ({
  ...program,
  data: { ...program.data, ...spoil },
});

/** Whether the inputs are the numbers of words, which have no scale. */
const namesWords = ({ layers, model }: Program): boolean =>
  /"Embedding"/.test(JSON.stringify(layers ?? model));

/** The same goal for targets of another size. */
function goalAt({ metric, ...bound }: Goal, loss: string, factor: number): Goal {
  const squared = metric === 'meanSquaredError' || (metric === 'loss' && loss === 'meanSquaredError');
  const times = factor ** (squared ? 2 : 1);
  return {
    metric,
    ...(bound.min !== undefined && { min: bound.min * times }),
    ...(bound.max !== undefined && { max: bound.max * times }),
  };
}
