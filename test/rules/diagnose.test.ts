import { describe, expect, test } from 'vitest';
import type { Finding, Rule } from '../../src/record/finding.js';
import { diagnose } from '../../src/rules/diagnose.js';
import { classifier, dataStats, failing, finding, usual } from './facts.js';
import { history } from './histories.js';

const run = history({ steps: 20 });

const found = (rule: string, change: Partial<Finding> = {}): Rule => ({
  id: rule,
  check: () => [finding(rule, change)],
});

const order = (rules: readonly Rule[]): string[] => diagnose(run, rules).findings.map(({ rule }) => rule);

describe('diagnose', () => {
  test('ranks errors before warnings before notes, and earlier before later', () => {
    const rules = [
      found('note', { severity: 'info', firstStep: 0 }),
      found('late', { firstStep: 9 }),
      found('early', { firstStep: 1 }),
      found('lost', { severity: 'error', firstStep: 12 }),
    ];

    expect(order(rules)).toEqual(['lost', 'early', 'late', 'note']);
  });

  test('ranks a root cause before its consequence, however severe that is', () => {
    const rules = [found('symptom', { severity: 'error', because: 'cause' }), found('cause')];

    expect(order(rules)).toEqual(['cause', 'symptom']);
  });

  test('gives a consequence the nearest earlier rule that explains it, so that causes form a chain', () => {
    const explaining = (rule: string, explains: readonly string[], change = {}): Rule => ({
      ...found(rule, change),
      explains,
    });
    const rules = [
      explaining('root', ['middle', 'end']),
      explaining('middle', ['end', 'root']),
      found('end', { severity: 'error' }),
    ];
    const { findings } = diagnose(run, rules);

    expect(findings.map(({ rule, because }) => [rule, because])).toEqual([
      ['root', undefined],
      ['end', 'middle'],
      ['middle', 'root'],
    ]);
  });

  test('lets nothing explain a finding that names itself as its cause', () => {
    const cause: Rule = { ...found('cause'), explains: ['lost', 'end'] };
    const lost = found('lost', { severity: 'error', because: 'lost', firstStep: 5 });

    expect(order([cause, lost, found('end', { severity: 'error' })])).toEqual(['lost', 'cause', 'end']);
  });

  test.each([
    ['a negative rate', { learningRate: -0.1 }, {}, 'learning-rate'],
    ['a NaN in the data', { loss: Number.NaN }, { nans: 1 }, 'non-finite'],
  ])('ranks %s before whatever else may be wrong', (_, change, spoiled, first) => {
    const target = dataStats(1000);
    const failed = failing(
      {
        loss: (step) => 1e7 + step,
        model: classifier({}, { activation: 'linear' }, 'meanSquaredError'),
        gradients: usual,
        change: (record) => ({ ...record, ...(record.step > 30 && change) }),
      },
      { input: { ...dataStats(1), ...spoiled }, target },
    );

    const rules = diagnose(failed).findings.map(({ rule }) => rule);
    expect(rules[0]).toBe(first);
    expect(rules).toContain('target-scale');
    expect(diagnose({ ...failed, steps: failed.steps.slice(0, 30) }).findings[0]?.rule).toBe('target-scale');
  });

  test('lets a note explain nothing', () => {
    const note: Rule = { ...found('note', { severity: 'info' }), explains: ['end'] };

    expect(diagnose(run, [note, found('end')]).findings.map(({ because }) => because)).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('ranks a finding whose cause was not found as a root cause', () => {
    const rules = [found('other'), found('symptom', { severity: 'error', because: 'not-asked' })];

    expect(order(rules)).toEqual(['symptom', 'other']);
  });

  test('turns a rule that throws into a note and keeps the other findings', () => {
    const broken: Rule = {
      id: 'broken',
      check() {
        throw new Error('no such thing');
      },
    };
    const report = diagnose(run, [broken, found('real')]);

    expect(report.findings.map(({ rule, severity }) => [rule, severity])).toEqual([
      ['real', 'warning'],
      ['broken', 'info'],
    ]);
    expect(report.findings[1]?.message).toContain('no such thing');
  });

  test('sums an empty run up as nothing to judge', () => {
    expect(diagnose(history({ steps: 0 })).verdict).toBe(
      'No step was recorded, so there is nothing to judge: train at least one step while the monitor watches.',
    );
  });

  test('sums a healthy run up with its loss', () => {
    const losses = [2, 1, 0.5];
    const healthy = history({ steps: 3, loss: (step) => losses[step] ?? 0 });

    expect(diagnose(healthy, []).verdict).toBe(
      'No trouble found in 3 recorded steps, too few to judge the loss by: the loss went from 2 to 0.5.',
    );
  });

  test('does not call a run troubled for a note', () => {
    expect(diagnose(run, [found('note', { severity: 'info' })]).verdict).toMatch(
      /^No trouble found in 20 recorded steps: the loss went from 0\.935 to 0\.645, with 1 note below\.$/,
    );
  });

  test('names trouble, place, step and the first remedy in one sentence', () => {
    const failing = { ...run, steps: run.steps.map((record) => ({ ...record, loss: 0.7 })) };
    const remedies = [{ kind: 'activation', layers: ['a', 'b'], to: 'relu', reason: 'slope 1' }] as const;

    expect(diagnose(failing, [found('vanishing-gradient', { remedies })]).verdict).toBe(
      'Training suffers: vanishing gradient at dense_1 since step 3; first try activation: relu in 2 layers.',
    );
    expect(diagnose(run, [found('non-finite', { severity: 'error' }), found('b')]).verdict).toBe(
      'Training is lost: non-finite at dense_1 since step 3 (and 1 more finding).',
    );
    expect(diagnose(failing, [found('zero-gradient', { where: 'model' })]).verdict).toBe(
      'Training suffers: zero gradient since step 3.',
    );
  });
});
