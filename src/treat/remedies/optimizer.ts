import { AdamOptimizer } from '@tensorflow/tfjs-core';
import type { OptimizerPlan } from '../plan.js';
import type { ApplyRemedy } from './apply-remedy.js';

const adam = /^adam(?:\(([^)]*)\))?$/i;

/** Takes Adam, `adam(rate)`, or another epsilon in the same optimizer where `to` is a number. */
export const changeOptimizer: ApplyRemedy = (plan, { to }) => {
  const { optimizer } = plan;
  if (typeof to === 'number') {
    const config = { ...optimizer.config, epsilon: to };
    return 'epsilon' in optimizer.config ? { ...plan, optimizer: { ...optimizer, config } } : null;
  }
  const named = adam.exec(to);
  if (!named) return null;
  const learningRate = Number(named[1] || 0.001);
  const config = { learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  return { ...plan, optimizer: { cls: AdamOptimizer as unknown as OptimizerPlan['cls'], config } };
};
