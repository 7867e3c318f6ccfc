import type { LayerFacts, Run } from '../record/run.js';
import { remember } from './remember.js';

/** What a model returns, as far as its facts tell. */
export interface OutputLayer {
  /** The layer whose activation it is. */
  readonly path: string;
  /** Empty where it is not known. */
  readonly activation: string;
  /** Numbers for each sample, or for each time step; `undefined` where it is not known. */
  readonly units: number | undefined;
  /** Activation of the layer before, where the output is an activation alone, applied to it. */
  readonly inner?: { readonly path: string; readonly activation: string };
}

/** Layers that hand on what they get, while predicting at least. */
const passing = /^(Dropout|Flatten|Reshape|Permute|GaussianNoise|GaussianDropout|AlphaDropout|Masking)$/;
const activationLayer = /^(Activation|Softmax|ReLU|LeakyReLU|ELU|PReLU|ThresholdedReLU)$/;

/** `null` without a model, or with more outputs than one. */
export const outputLayer: (run: Run) => OutputLayer | null = remember(({ model }) => {
  const layers = model?.layers ?? [];
  const outputs = layers.filter(({ isOutput }) => isOutput);
  const before = ({ inbound }: LayerFacts): LayerFacts | undefined =>
    inbound.length === 1 ? layers.find(({ path }) => path === inbound[0]) : undefined;
  let output = outputs.length === 1 ? outputs[0] : undefined;
  // A facts file may be wrong: the walk is no longer than the model.
  for (let i = 0; output && passing.test(output.className) && i < layers.length; i++) output = before(output);
  if (output === undefined) return null;
  let [inner, weighted]: (LayerFacts | undefined)[] = [undefined, output];
  for (let i = 0; weighted && !weighted.weights && i < layers.length; i++) weighted = before(weighted);
  if (activationLayer.test(output.className)) {
    inner = before(output);
    for (let i = 0; inner && passing.test(inner.className) && i < layers.length; i++) inner = before(inner);
    if (output.activation === 'linear' && inner) [output, inner] = [inner, undefined];
  }
  const { path, activation = '' } = output;
  return {
    path,
    activation,
    units: weighted?.weights?.['kernel']?.at(-1) ?? weighted?.weights?.['bias']?.at(-1),
    ...(inner?.activation && { inner: { path: inner.path, activation: inner.activation } }),
  };
});

/** The name of the loss, or of all losses, in lower case and without `_`; empty where it is not known. */
export function lossName({ model }: Run): string {
  return [model?.loss ?? []].flat().join(' ').toLowerCase().replaceAll('_', '');
}

/** What kind of numbers a loss compares. */
export function lossKind(run: Run): 'binary' | 'categorical' | 'logits' | 'regression' | 'other' {
  const name = lossName(run);
  if (/logits|softmaxcrossentropy|sigmoidcrossentropy/.test(name)) return 'logits';
  if (/^binarycrossentropy$/.test(name)) return 'binary';
  if (/^(sparse)?categoricalcrossentropy$/.test(name)) return 'categorical';
  return /^(mse|mae|mape|msle|logcosh|huber|huberloss|absolutedifference)$|^mean(squared|absolute)/.test(name)
    ? 'regression'
    : 'other';
}

/** Whether the loss is none of tfjs's, as in a loop of one's own. */
export function isOwnLoss(run: Run): boolean {
  return lossKind(run) === 'other' && !/hinge|kullback|kld|cosine|poisson/.test(lossName(run));
}
