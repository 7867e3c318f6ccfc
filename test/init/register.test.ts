import { io, serialization } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, loadLayersModel, models, sequential } from '@tensorflow/tfjs-layers';
import { initializers, register } from 'gradient-health';
import { afterEach, describe, expect, test } from 'vitest';

const { chrono, deltaOrthogonal, dirac, forgetBias, identity, orthogonal, perGate, sparse } = initializers;

const classes = serialization.SerializationMap.getMap().classNameMap;
const original = { ...classes };
afterEach(() => {
  for (const name of Object.keys(classes)) delete classes[name];
  Object.assign(classes, original);
});

/** A model with every initialiser that tfjs has no class for. */
function build(): LayersModel {
  return sequential({
    layers: [
      layers.conv2d({
        filters: 4,
        kernelSize: 3,
        inputShape: [8, 8, 3],
        kernelInitializer: deltaOrthogonal({ seed: 1, gain: 2 }),
      }),
      layers.conv2d({ filters: 4, kernelSize: 3, kernelInitializer: dirac({ gain: 0.5 }) }),
      layers.reshape({ targetShape: [8, 8] }),
      layers.lstm({
        units: 6,
        returnSequences: true,
        kernelInitializer: sparse({ sparsity: 0.5, seed: 0 }),
        recurrentInitializer: perGate(orthogonal({ seed: 2 }), { gates: 4 }),
        biasInitializer: chrono({ maxSteps: 50, minSteps: 3, seed: 3 }),
      }),
      layers.lstm({
        units: 4,
        kernelInitializer: 'ones',
        recurrentInitializer: perGate(identity({ gain: 0.5 }), { gates: 4 }),
        biasInitializer: forgetBias({ value: 2 }),
      }),
      layers.dense({ units: 1 }),
    ],
  });
}

async function saved(model: LayersModel): Promise<io.ModelArtifacts> {
  let artifacts: io.ModelArtifacts = {};
  await model.save(
    io.withSaveHandler(async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  return JSON.parse(JSON.stringify(artifacts), (key, value) =>
    key === 'weightData' ? artifacts.weightData : value,
  );
}

const weightsOf = (model: LayersModel): string[] =>
  model.getWeights().map((weight) => String(weight.dataSync()));

/** As in a program that has not created one of them. */
function forgetOwnClasses(): void {
  for (const name of Object.keys(classes)) if (name.startsWith('GradientHealth')) delete classes[name];
}

describe('register', () => {
  test('lets tfjs load a model with the initialisers it has no class for', async () => {
    const model = build();
    const artifacts = await saved(model);
    forgetOwnClasses();
    await expect(loadLayersModel(io.fromMemory(artifacts))).rejects.toThrow(
      'Unknown initializer: GradientHealth',
    );
    register();
    register();
    expect(weightsOf(await loadLayersModel(io.fromMemory(artifacts)))).toEqual(weightsOf(model));
  });

  test('lets tfjs initialise such a model anew as it was, seeds included', async () => {
    const model = build();
    const topology = JSON.parse(JSON.stringify(model.toJSON(null, false)));
    forgetOwnClasses();
    register({ replaceOrthogonal: true });
    const anew = await models.modelFromJSON({ modelTopology: topology });
    // The last dense layer is tfjs's own, without a seed.
    expect(weightsOf(anew).slice(0, -2)).toEqual(weightsOf(model).slice(0, -2));
    expect(anew.toJSON(null, false)).toEqual(model.toJSON(null, false));
  });

  test('is not needed by the program that created the initialiser, so that bidirectional can clone it', () => {
    forgetOwnClasses();
    const layer = layers.lstm({
      units: 4,
      recurrentInitializer: 'zeros',
      biasInitializer: chrono({ maxSteps: 50, seed: 1 }),
    });
    const model = sequential({ layers: [layers.bidirectional({ layer, inputShape: [5, 2] })] });
    const fresh = chrono({ maxSteps: 50, seed: 1 }).apply([16]).dataSync();
    expect(model.getWeights()[2]!.dataSync()).toEqual(fresh);
  });

  test("replaces tfjs's orthogonal only where asked", () => {
    const lstm = () => sequential({ layers: [layers.lstm({ units: 4, inputShape: [3, 2] })] });
    register();
    expect(lstm).toThrow('rMat.flatten is not a function');
    register({ replaceOrthogonal: true });
    const recurrent = lstm().getWeights()[1]!;
    const [first, second] = recurrent.arraySync() as number[][];
    const dot = (a: number[], b: number[]): number =>
      a.reduce((sum, value, index) => sum + value * b[index]!, 0);
    expect(dot(first!, first!)).toBeCloseTo(1, 5);
    expect(dot(first!, second!)).toBeCloseTo(0, 5);
  });

  test('makes bidirectional work with orthogonal kernels', () => {
    register({ replaceOrthogonal: true });
    const layer = layers.gru({ units: 4, recurrentInitializer: orthogonal() });
    const model = sequential({ layers: [layers.bidirectional({ layer, inputShape: [5, 2] })] });
    const [forward, backward] = [1, 4].map((index) => String(model.getWeights()[index]!.dataSync()));
    expect(forward).not.toBe(backward);
  });
});

test.each<[initializers.Initializer, className: string, config: object]>([
  [chrono({ maxSteps: 9 }), 'GradientHealthChrono', { maxSteps: 9, minSteps: 2, cell: 'lstm', seed: null }],
  [deltaOrthogonal({ seed: 0 }), 'GradientHealthDeltaOrthogonal', { seed: 0, gain: 1 }],
  [dirac(), 'GradientHealthDirac', { gain: 1 }],
  [forgetBias(), 'GradientHealthForgetBias', { value: 1 }],
  [
    perGate(identity(), { gates: 3 }),
    'GradientHealthPerGate',
    { gates: 3, initializer: { className: 'Identity', config: { gain: 1 } } },
  ],
  [sparse({ sparsity: 0.5 }), 'GradientHealthSparse', { sparsity: 0.5, std: 0.01, seed: null }],
])(
  'files that name a class of ours stay readable: name and options, %#',
  (initializer, className, config) => {
    expect(initializer.getClassName()).toBe(className);
    expect(initializer.getConfig()).toEqual(config);
  },
);

describe('perGate', () => {
  test('says what to do about a saved initialiser that tfjs cannot read', () => {
    register();
    const [cls, fromConfig] = classes['GradientHealthPerGate']!;
    const config = { gates: 4, initializer: { className: 'Unheard', config: {} } };
    expect(() => fromConfig(cls, config)).toThrow(
      new RangeError('perGate: expected a saved initializer, got class Unheard; call register() first'),
    );
  });
});
