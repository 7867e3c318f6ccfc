import type { ApplyRemedy } from './apply-remedy.js';

/** Takes another learning rate. */
export const changeLearningRate: ApplyRemedy = (plan, { to }) => {
  const { optimizer } = plan;
  const before = optimizer.config['learningRate'];
  if (typeof to !== 'number' || typeof before !== 'number' || to === before) return null;
  return { ...plan, optimizer: { ...optimizer, config: { ...optimizer.config, learningRate: to } } };
};
