import type { Program } from '../../battery/program.js';

/** A small healthy program that trains in a few steps; each test changes what it is about. */
export function program(changes: Partial<Program> = {}): Program {
  return {
    id: 'small',
    data: { kind: 'moons', n: 40, noise: 0.1, seed: 3, train: 30 } as Program['data'],
    layers: [
      { className: 'Dense', config: { units: 6, activation: 'tanh', inputShape: [2] } },
      { className: 'Dense', config: { units: 1, activation: 'sigmoid' } },
    ],
    optimizer: { className: 'Adam', config: { learningRate: 0.01 } },
    loss: 'binaryCrossentropy',
    batchSize: 8,
    epochs: 100,
    maxSteps: 6,
    faulty: false,
    ...changes,
  };
}
