import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import * as library from 'gradient-health';
import { liveSink } from 'gradient-health/live';
import { browserFile, tensorBoardSink } from 'gradient-health/tensorboard';
import { describe, expect, test } from 'vitest';
import { compiled, data } from '../watch/models.js';

// What plain JavaScript may pass by mistake. A call either works or tells by name what is wrong with it.

const wrong = fc.constantFrom<unknown>(
  null,
  true,
  false,
  '',
  '5',
  'abc',
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -1,
  0.5,
  1.5,
  1e6,
  [],
  [1, 2],
  ['a'],
  {},
  { length: 3 },
  new Date(0),
  () => 1,
);

/** Functions that leave a part of their arguments to another one, under whose name it is refused. */
const helpers: Readonly<Record<string, string>> = {
  gain: 'activationProfile',
  meanField: 'activationProfile',
  groupNorm: 'instanceNorm',
};

/** Runs a call; what it throws must be a RangeError or a TypeError that starts with the name of the function. */
function told(name: string, call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    const known = error instanceof RangeError || error instanceof TypeError;
    const names = [name, helpers[name] ?? name];
    if (!known || !names.some((each) => error.message.startsWith(`${each}: `))) throw error;
    return undefined;
  }
}

type Options = Readonly<Record<string, unknown>>;
type Call = (options: Options) => unknown;
/** Calls by name, with the options that each takes. */
type Table = Readonly<Record<string, readonly [keys: string, call: Call]>>;

const { initializers, layers, rules, theory } = library;
/** In plain JavaScript no type is looked at. */
const loosely = (make: unknown, ...first: readonly unknown[]): Call => {
  const call = make as (...values: readonly unknown[]) => unknown;
  return (options) => call(...first, options);
};

const clips: Table = {
  clipByGlobalNorm: ['p nonFinite', loosely(library.clipByGlobalNorm, 1)],
  clipByNorm: ['per nonFinite', loosely(library.clipByNorm, 1)],
  clipByBlockRms: ['nonFinite', loosely(library.clipByBlockRms, 1)],
  clipByValue: ['nonFinite', loosely(library.clipByValue, 1)],
  adaptiveClip: ['factor minWeightNorm excludeOutput nonFinite', loosely(library.adaptiveClip)],
  autoClip: ['percentile historyLength nonFinite', loosely(library.autoClip)],
  zClip: ['zThreshold decay warmUpSteps maxNorm nonFinite', loosely(library.zClip)],
  windowClip: ['sigmas windowSize warmUpSteps onSpike nonFinite', loosely(library.windowClip)],
  spikeClip: ['threshold decay warmUpSteps nonFinite', loosely(library.spikeClip)],
  skipNonFinite: ['maxConsecutive', loosely(library.skipNonFinite)],
  centralize: ['nonFinite', loosely(library.centralize)],
};

const scaling = 'seed gain kind gates mode';
const others: Table = {
  heNormal: [scaling, loosely(initializers.heNormal)],
  heUniform: [scaling, loosely(initializers.heUniform)],
  xavierNormal: [scaling, loosely(initializers.xavierNormal)],
  xavierUniform: [scaling, loosely(initializers.xavierUniform)],
  lecunNormal: [scaling, loosely(initializers.lecunNormal)],
  lecunUniform: [scaling, loosely(initializers.lecunUniform)],
  orthogonal: ['seed gain', loosely(initializers.orthogonal)],
  deltaOrthogonal: ['seed gain', loosely(initializers.deltaOrthogonal)],
  dirac: ['gain', loosely(initializers.dirac)],
  identity: ['gain', loosely(initializers.identity)],
  sparse: ['sparsity std seed', loosely(initializers.sparse)],
  chrono: ['maxSteps minSteps cell seed', loosely(initializers.chrono)],
  forgetBias: ['value', loosely(initializers.forgetBias)],
  fixup: ['branches layersPerBranch seed gain mode', loosely(initializers.fixup)],
  perGate: ['gates', loosely(initializers.perGate, initializers.heNormal())],
  leakyRelu: ['slope', loosely(layers.leakyRelu)],
  elu: ['alpha', loosely(layers.elu)],
  celu: ['alpha', loosely(layers.celu)],
  softshrink: ['lambda', loosely(layers.softshrink)],
  groupNorm: ['groups epsilon', loosely(layers.groupNorm)],
  instanceNorm: ['epsilon', loosely(layers.instanceNorm)],
  rmsNorm: ['epsilon', loosely(layers.rmsNorm)],
  residual: ['scale learnScale', loosely(layers.residual, tfl.layers.dense({ units: 2 }))],
  ...Object.fromEntries(
    (['lstm', 'gru'] as const).map((name) => [
      name,
      [
        'defaults activation recurrentActivation dropout recurrentDropout recurrentClipValue recurrentClipNorm truncateAfter',
        (options: Options) => loosely(layers[name])({ units: 2, ...options }),
      ] as const,
    ]),
  ),
  ...Object.fromEntries(
    (['lstmCell', 'gruCell', 'janetCell', 'minGruCell', 'minLstmCell'] as const).map((name) => [
      name,
      [
        'units dropout recurrentDropout candidateDropout zoneout',
        (options: Options) => loosely(layers[name])({ units: 2, ...options }),
      ] as const,
    ]),
  ),
  consoleSink: ['everyMs', loosely(library.consoleSink)],
  tensorBoardSink: ['every', loosely(tensorBoardSink, () => {})],
  browserFile: ['everyMs', loosely(browserFile, {})],
  ...Object.fromEntries(
    Object.entries(rules).map((rule) => [
      rule[0],
      [
        'share overRecords atOnce above below ratio growth depthRatio factor deviation fired dropout saturation',
        loosely(rule[1]),
      ] as const,
    ]),
  ),
};

/** Random values for some of the options. */
const optionsFor = (keys: string): fc.Arbitrary<Options> =>
  fc.record(Object.fromEntries(keys.split(' ').map((key) => [key, wrong])), { requiredKeys: [] });

describe('options of the wrong type or size are refused by name, or work:', () => {
  test.each(Object.entries(clips))('%s, one step of it included', (name, [keys, call]) => {
    const variables = { kernel: { kind: 'dense', unitAxes: [0], isOutput: false } } as const;
    fc.assert(
      fc.property(optionsFor(keys), (options) => {
        tf.engine().startScope();
        const strategy = told(name, () => call(options)) as library.ClipStrategy | undefined;
        if (strategy) {
          const kernel = tf.tensor2d([[3], [4]]);
          const weights = { kernel };
          const state = strategy.initialState?.(weights) ?? {};
          const { gradients } = strategy.apply({ kernel }, { weights, state, step: 0, variables });
          expect([...(gradients['kernel']?.dataSync() ?? [])].every(Number.isFinite)).toBe(true);
        }
        tf.engine().endScope();
      }),
      { numRuns: 200 },
    );
  });

  test.each(Object.entries(others))('%s', (name, [keys, call]) => {
    fc.assert(
      fc.property(optionsFor(keys), (options) => {
        told(name, () => call(options));
      }),
      { numRuns: 200 },
    );
  });

  test('watch, with three steps of training, which nothing stops', async () => {
    const keys =
      'clip lossScale every histograms activations budget rules sinks quiet history stopOn autopsy onStep onFinding';
    const { x, y } = data();
    await fc.assert(
      fc.asyncProperty(optionsFor(keys), async (options) => {
        const model = compiled();
        const made = told('watch', () => loosely(library.watch, model)({ ...options, quiet: true }));
        for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y);
        const monitor = made as library.Monitor | undefined;
        await monitor?.stop();
        expect(monitor?.report().verdict).not.toBe('');
        expect(Object.hasOwn(model.optimizer, 'applyGradients')).toBe(false);
        model.dispose();
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    ['preflight', 'batchSize'],
    ['treat', 'batchSize steps maxSeconds signal compile onTrial validation report clip'],
    ['checkGradients', 'tolerance step maxElements seed'],
  ])('%s', async (name, keys) => {
    const { x, y } = data(8);
    const calls: Readonly<Record<string, Call>> = {
      preflight: (options) => loosely(library.preflight, compiled(), x, y)(options),
      treat: (options) => loosely(library.treat, compiled())({ x, y, steps: 2, maxSeconds: 0, ...options }),
      checkGradients: (options) =>
        loosely(library.checkGradients, (value: tf.Tensor) => tf.sum(tf.square(value)), [tf.tensor1d([1])])(
          options,
        ),
    };
    await fc.assert(
      fc.asyncProperty(optionsFor(keys), async (options) => {
        const outcome = await Promise.resolve(calls[name]?.(options)).catch((error) => error);
        told(name, () => {
          if (outcome instanceof Error) throw outcome;
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('a first argument of the wrong type is refused by name:', () => {
  const calls: Readonly<Record<string, (value: unknown) => unknown>> = {
    clipByGlobalNorm: (value) => loosely(library.clipByGlobalNorm)(value as Options),
    clipByNorm: (value) => loosely(library.clipByNorm)(value as Options),
    clipByBlockRms: (value) => loosely(library.clipByBlockRms)(value as Options),
    clipByValue: (value) => loosely(library.clipByValue)(value as Options),
    chain: (value) => loosely(library.chain)(value as Options),
    withClipping: (value) =>
      loosely(library.withClipping, value)(library.clipByValue(1) as unknown as Options),
    stopClipping: (value) => loosely(library.stopClipping)(value as Options),
    watch: (value) => loosely(library.watch)(value as Options),
    lsuv: (value) => loosely(library.lsuv, value)(tf.ones([2, 4]) as unknown as Options),
    rescaleInitialWeights: (value) => loosely(library.rescaleInitialWeights)(value as Options),
    fuse: (value) => loosely(library.fuse)(value as Options),
    importRecurrentWeights: (value) => loosely(library.importRecurrentWeights, value)({ from: 'keras' }),
    residual: (value) => loosely(layers.residual)(value as Options),
    perGate: (value) => loosely(initializers.perGate, value)({ gates: 4 }),
    jsonlSink: (value) => loosely(library.jsonlSink)(value as Options),
    tensorBoardSink: (value) => loosely(tensorBoardSink)(value as Options),
    readJsonl: (value) => loosely(library.readJsonl)(value as Options),
    clipStateFromJson: (value) => loosely(library.clipStateFromJson)(value as Options),
    activationProfile: (value) => loosely(theory.activationProfile)(value as Options),
    gain: (value) => loosely(theory.gain)(value as Options),
    meanField: (value) => loosely(theory.meanField, value)({ weight: 1, bias: 0 }),
    depthScale: (value) => loosely(theory.depthScale)(value as Options),
    gradientProduct: (value) => loosely(theory.gradientProduct)(value as Options),
    gradientHorizon: (value) => loosely(theory.gradientHorizon)(value as Options),
    memoryHalfLife: (value) => loosely(theory.memoryHalfLife)(value as Options),
    summarize: (value) => loosely(library.stats.summarize)(value as Options),
    histogram: (value) => loosely(library.stats.histogram)(value as Options),
    binEdges: (value) => loosely(library.stats.binEdges)(value as Options),
    quantile: (value) =>
      loosely(library.stats.quantile, library.stats.summarize([1], { histogram: true }))(value as Options),
  };

  test.each(Object.entries(calls))('%s', (name, call) => {
    fc.assert(
      fc.property(fc.oneof(wrong, fc.constant(undefined)), (value) => {
        try {
          told(name, () => call(value));
        } catch (error) {
          // Of readers it may be no JSON.
          if (!(error instanceof SyntaxError && error.message.startsWith(`${name}: `))) throw error;
        }
      }),
      { numRuns: 100 },
    );
  });

  test.each(['treat', 'preflight', 'checkGradients'] as const)('%s, which rejects', async (name) => {
    const { x, y } = data(8);
    const call = (value: unknown): unknown => {
      if (name === 'treat') return loosely(library.treat, value)({ x, y });
      if (name === 'preflight') return loosely(library.preflight, value, x)(y as unknown as Options);
      return loosely(library.checkGradients, value)([tf.tensor1d([1])] as unknown as Options);
    };
    await fc.assert(
      fc.asyncProperty(fc.oneof(wrong, fc.constant(undefined)), async (value) => {
        const outcome = await Promise.resolve(call(value)).catch((error) => error);
        expect(() => {
          throw outcome;
        }).toThrow(new RegExp(`^${name}: `));
      }),
      { numRuns: 60 },
    );
  });

  test('liveSink tells of a port that is none', () => {
    for (const port of [-1, 1.5, 70_000, Number.NaN, 'http']) {
      expect(() => loosely(liveSink)({ port })).toThrow(/^liveSink: port/);
    }
  });
});
