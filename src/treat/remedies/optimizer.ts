import { AdamOptimizer } from '@tensorflow/tfjs-core';
import type { OptimizerPlan } from '../plan.js';
import type { ApplyRemedy } from './apply-remedy.js';

const adam = /^adam(?:\(([^)]*)\))?$/i;
const another = /^epsilon (\S+)$/;

/** Takes Adam, `adam(rate)`, or another epsilon in the same optimizer, `epsilon 1e-7` or the number alone. */
export const changeOptimizer: ApplyRemedy = (plan, { to }) => {
  const { optimizer } = plan;
  const epsilon = typeof to === 'number' ? to : Number(another.exec(to)?.[1]);
  if (epsilon > 0) {
    const config = { ...optimizer.config, epsilon };
    return 'epsilon' in optimizer.config ? { ...plan, optimizer: { ...optimizer, config } } : null;
  }
  const named = adam.exec(String(to));
  if (!named) return null;
  const learningRate = Number(named[1] || 0.001);
  const config = { learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  return { ...plan, optimizer: { cls: AdamOptimizer as unknown as OptimizerPlan['cls'], config } };
};
