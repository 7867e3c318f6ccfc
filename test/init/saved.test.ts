import { randomNormal, type Tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { initializers } from 'gradient-health';
import { expect, test } from 'vitest';
import { predictElsewhere } from '../layers/saved.js';

const seed = 1;

const sequences = { inputShape: [6, 4] };

/** What tfjs has a class for: its files hold a `VarianceScaling`, and nothing of this library. */
const plain: Readonly<Record<string, initializers.Initializer>> = {
  heNormal: initializers.heNormal({ seed }),
  heUniform: initializers.heUniform({ seed }),
  xavierNormal: initializers.xavierNormal({ seed }),
  xavierUniform: initializers.xavierUniform({ seed }),
  lecunNormal: initializers.lecunNormal({ seed }),
  lecunUniform: initializers.lecunUniform({ seed }),
};

const ofKernels: Readonly<Record<string, initializers.Initializer>> = {
  orthogonal: initializers.orthogonal({ seed }),
  deltaOrthogonal: initializers.deltaOrthogonal({ seed }),
  dirac: initializers.dirac(),
  fixup: initializers.fixup({ seed, branches: 4 }),
};

const ofRecurrentKernels: Readonly<Record<string, initializers.Initializer>> = {
  sparse: initializers.sparse({ sparsity: 0.5, seed }),
  identity: initializers.perGate(initializers.identity(), { gates: 4 }),
  perGate: initializers.perGate(initializers.orthogonal({ seed }), { gates: 4 }),
};

const ofBiases: Readonly<Record<string, initializers.Initializer>> = {
  chrono: initializers.chrono({ maxSteps: 20, seed }),
  forgetBias: initializers.forgetBias({ value: 2 }),
};

const convolution = (kernelInitializer: initializers.Initializer): LayersModel =>
  sequential({
    layers: [layers.conv1d({ filters: 4, kernelSize: 3, kernelInitializer, ...sequences }), layers.flatten()],
  });

function recurrent(options: {
  recurrentInitializer?: initializers.Initializer;
  biasInitializer?: initializers.Initializer;
}): LayersModel {
  return sequential({
    layers: [layers.lstm({ units: 5, recurrentInitializer: 'ones', ...options, ...sequences })],
  });
}

const x = randomNormal([3, 6, 4], 0, 1, 'float32', 2);

async function expectSameElsewhere(models: readonly LayersModel[], register: boolean): Promise<void> {
  const there = await predictElsewhere(models, x, { register });
  for (const [index, model] of models.entries()) {
    const here = (model.predict(x) as Tensor).dataSync();
    expect(there[index]).toEqual([...here]);
  }
  expect(there).toHaveLength(models.length);
}

test('models of He, Xavier and LeCun predict the same in a program of tfjs alone', async () => {
  await expectSameElsewhere(Object.values(plain).map(convolution), false);
});

test('models of every other initialiser predict the same in a program that registers it', async () => {
  const models = [
    ...Object.values(ofKernels).map(convolution),
    ...Object.values(ofRecurrentKernels).map((recurrentInitializer) => recurrent({ recurrentInitializer })),
    ...Object.values(ofBiases).map((biasInitializer) => recurrent({ biasInitializer })),
  ];
  await expectSameElsewhere(models, true);
});

test('no initialiser is left out here', () => {
  const tried = { ...plain, ...ofKernels, ...ofRecurrentKernels, ...ofBiases };
  expect(Object.keys(tried).sort()).toEqual(Object.keys(initializers).sort());
});
