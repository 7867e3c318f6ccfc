import * as tf from '@tensorflow/tfjs-core';
import {
  diagnose,
  mergeRuns,
  type Report,
  type Run,
  suggestClip,
  toJson,
  toMarkdown,
  toText,
  watch,
} from 'gradient-health';
import { renderHtml } from 'gradient-health/dashboard';
import { describe, expect, test } from 'vitest';

const empty: Run = { schema: 1, model: null, backend: null, data: null, steps: [] };
const monitor = () => watch(tf.train.sgd(0.1), { quiet: true });

const ofRuns: Record<string, (run: Run) => unknown> = {
  diagnose,
  suggestClip,
  toJson,
  mergeRuns: (run) => mergeRuns(empty, run),
};
const ofReports: Record<string, (report: Report) => unknown> = { toText, toMarkdown, renderHtml };

describe.each(Object.keys(ofRuns))('%s', (name) => {
  test.each<[unknown, string]>([
    [monitor(), 'object that holds one; give its run'],
    [diagnose(empty), 'object that holds one; give its run'],
    [{}, 'object'],
    [null, 'null'],
    [undefined, 'undefined'],
  ])('refuses %# and says what it wants', (given, got) => {
    expect(() => ofRuns[name]?.(given as Run)).toThrow(
      new TypeError(`${name}: expected a run, such as monitor.run, got ${got}`),
    );
  });
});

describe.each(Object.keys(ofReports))('%s', (name) => {
  test.each<[unknown, string]>([
    [monitor(), 'object that makes one; call its report()'],
    [empty, 'object, a run; diagnose(run) makes one of it'],
    [{ findings: [], verdict: '' }, 'object'],
    [null, 'null'],
    ['text', 'string'],
  ])('refuses %# and says what it wants', (given, got) => {
    expect(() => ofReports[name]?.(given as Report)).toThrow(
      new TypeError(`${name}: expected a report, such as monitor.report(), got ${got}`),
    );
  });
});
