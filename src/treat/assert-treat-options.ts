import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isLayersModel } from '../layout/is-layers-model.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { TreatOptions } from './treatment.js';

const known = [
  'x',
  'y',
  'validation',
  'report',
  'clip',
  'batchSize',
  'steps',
  'maxSeconds',
  'signal',
  'compile',
  'onTrial',
] as const;

/** Refuses what plain JavaScript may pass and what would only fail later, after minutes of trials. */
export function assertTreatOptions(model: LayersModel, options: TreatOptions): void {
  if (!isLayersModel(model)) throw wrongType('model', 'a compiled LayersModel of tfjs', model);
  if (typeof options !== 'object' || options === null) {
    throw wrongType('options', 'an object with at least x and y', options);
  }
  assertKnownOptions('treat', options, known);
  const { validation, report, clip, maxSeconds = 60, signal, compile, onTrial } = options;
  for (const [name, callback] of Object.entries({ compile, onTrial })) {
    if (callback !== undefined && typeof callback !== 'function')
      throw wrongType(name, 'a function', callback);
  }
  for (const [name, part] of Object.entries({ validation, report })) {
    if (part !== undefined && (typeof part !== 'object' || part === null)) {
      throw wrongType(name, 'an object', part);
    }
  }
  if (report !== undefined && !Array.isArray(report.findings)) {
    throw wrongType('report.findings', 'an array, as in the report of diagnose', report.findings);
  }
  if (clip !== undefined && (typeof clip !== 'object' || typeof clip?.apply !== 'function')) {
    throw wrongType('clip', 'a ClipStrategy such as clipByGlobalNorm(1)', clip);
  }
  if (signal !== undefined && typeof signal?.throwIfAborted !== 'function') {
    throw wrongType('signal', 'an AbortSignal', signal);
  }
  if (!(maxSeconds >= 0)) throw new RangeError(`treat: maxSeconds must be 0 or more, got ${maxSeconds}`);
}

const wrongType = (name: string, expected: string, got: unknown): TypeError =>
  new TypeError(`treat: ${name} must be ${expected}, got ${got === null ? 'null' : typeof got}`);
