import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Finding } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import { findingText } from '../report/finding-text.js';
import { plainText } from '../report/plain-text.js';
import { defaultRules } from '../rules/default-rules.js';
import { preflight } from '../treat/preflight.js';
import type { MatcherResult } from './matcher-result.js';
import { trainCopy } from './train-copy.js';

/** Options of `toHaveHealthyGradients`. */
export interface HealthyGradientsOptions {
  /** Inputs, a tensor for each input of the model; not disposed. */
  readonly x: Tensor | readonly Tensor[];
  /** Targets likewise. */
  readonly y: Tensor | readonly Tensor[];
  /**
   * Samples to look at before training, and of each batch of the training.
   *
   * @default 32
   */
  readonly batchSize?: number;
  /**
   * Steps to train a copy of the model, which the default rules judge too. Many of them wait for a few dozen steps.
   *
   * @default 0: the look before training is all
   */
  readonly steps?: number;
  /**
   * Ids of rules whose findings are no failure.
   *
   * @default none
   */
  readonly allow?: readonly string[];
}

const who = 'toHaveHealthyGradients';
/** Findings written out before the rest is only counted. */
const mostFindings = 5;

export async function haveHealthyGradients(
  received: unknown,
  options: HealthyGradientsOptions,
): Promise<MatcherResult> {
  if (!isModel(received)) {
    throw new TypeError(`${who}: expected a compiled model of tfjs-layers, got ${String(received)}`);
  }
  if (options?.x === undefined || options.y === undefined) {
    throw new TypeError(`${who}: needs data to look at the gradients of; pass { x, y }`);
  }
  assertKnownOptions(who, options, ['x', 'y', 'batchSize', 'steps', 'allow']);
  const { x, y, batchSize = 32, steps = 0, allow = [] } = options;
  if (!(Number.isSafeInteger(steps) && steps >= 0)) {
    throw new RangeError(`${who}: steps must be 0 or a positive integer, got ${steps}`);
  }
  const unknown = allow.find((id) => !defaultRules.some((rule) => rule.id === id));
  if (unknown !== undefined) {
    throw new RangeError(
      `${who}: allow names rules such as vanishing-gradient, and there is none "${unknown}"`,
    );
  }
  const isTrouble = ({ severity, rule }: Finding): boolean => severity !== 'info' && !allow.includes(rule);

  const before = (await preflight(received, x, y, { batchSize })).findings.filter(isTrouble);
  const trains = steps > 0 && before.length === 0;
  const during = trains ? (await trainCopy(received, x, y, { batchSize, steps })).findings : [];
  const found = [...before, ...during.filter(isTrouble)];
  const when = before.length > 0 || !trains ? 'before its training' : `within ${steps} steps of training`;
  return {
    pass: found.length === 0,
    message: () =>
      found.length === 0
        ? `Expected the gradients of ${nameOf(received)} to be in trouble ${when}, but no rule found any.`
        : troubleText(
            `Expected the gradients of ${nameOf(received)} to be healthy ${when}, but found:`,
            found,
          ),
  };
}

function troubleText(head: string, found: readonly Finding[]): string {
  const rest = found.length - mostFindings;
  return [
    head,
    ...found.slice(0, mostFindings).map(findingText),
    ...(rest > 0 ? [`and ${rest} findings more`] : []),
  ].join('\n\n');
}

const nameOf = ({ name }: LayersModel): string => plainText(name);

function isModel(value: unknown): value is LayersModel {
  return typeof value === 'object' && value !== null && 'trainOnBatch' in value && 'layers' in value;
}
