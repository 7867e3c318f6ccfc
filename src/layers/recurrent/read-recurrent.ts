import { layers } from '@tensorflow/tfjs-layers';
import type { OwnClass } from '../../init/own-class.js';
import { type GruOptions, gru } from './gru.js';
import { type LstmOptions, lstm } from './lstm.js';

type Saved = LstmOptions & GruOptions;

/** Whether the fused layers can compute it; what is left out is tfjs's default, which they can. */
const isFused = ({ activation = 'tanh', recurrentActivation = 'hardSigmoid' }: Saved): boolean =>
  activation === 'tanh' && ['sigmoid', 'hardSigmoid'].includes(recurrentActivation);

/** How saved layers of tfjs and Keras are read as fused ones. */
export const readRecurrent: readonly OwnClass[] = [
  {
    className: 'LSTM',
    create(config: Saved) {
      return isFused(config) ? lstm({ ...config, defaults: 'tfjs' }) : layers.lstm({ ...config } as LstmArgs);
    },
  },
  {
    className: 'GRU',
    create(config: Saved) {
      return isFused(config) ? gru({ ...config, defaults: 'tfjs' }) : layers.gru({ ...config } as GruArgs);
    },
  },
];

type LstmArgs = Parameters<typeof layers.lstm>[0];
type GruArgs = Parameters<typeof layers.gru>[0];
