import { describe, expect, test } from 'vitest';
import type { Finding, Remedy, Rule } from '../../src/record/finding.js';
import type { Run, StepRecord } from '../../src/record/run.js';
import { diagnose } from '../../src/rules/diagnose.js';
import { verdict } from '../../src/rules/verdict.js';
import { finding } from './facts.js';
import { fallingLoss, flatLoss, history } from './histories.js';

describe('verdict', () => {
  const advised = (remedy: Partial<Remedy>) => {
    const remedies = [{ kind: 'learning-rate', layers: [], to: 0.001, reason: 'less', ...remedy } as const];
    return verdict(history({ steps: 20, loss: flatLoss }), [
      finding('loss-plateau', { where: 'model', remedies }),
    ]);
  };

  test.each([
    [0.012345, 'learning rate: 0.0123'],
    [0.00001, 'learning rate: 1.0e-5'],
    ['a tenth', 'learning rate: a tenth'],
  ])('writes the remedy %j short', (to, advice) => {
    expect(advised({ to })).toBe(`Training suffers: loss plateau since step 3; first try ${advice}.`);
  });

  test('does not say that training suffers where the loss does well, unless it is lost', () => {
    const said = (severity: Finding['severity'], loss = fallingLoss) =>
      verdict(history({ steps: 40, loss }), [finding('lagging-averages', { where: 'model', severity })]);
    expect(said('warning')).toBe('The loss does well, and yet: lagging averages since step 3.');
    expect(said('warning', flatLoss)).toBe('Training suffers: lagging averages since step 3.');
    expect(said('error')).toBe('Training is lost: lagging averages since step 3.');
  });

  test('tells the loss by the means of up to ten, for single batches differ by chance', () => {
    const said = (steps: number, loss: (step: number) => number | null) =>
      verdict(history({ steps, loss }), []);
    const counting = (step: number) => step;
    expect(said(2, counting)).toMatch(/: the loss went from 0 to 1\.$/);
    expect(said(9, counting)).toMatch(/: the loss went from 1 to 7\.$/);
    // 0 to 9, and 90 to 99.
    expect(said(100, counting)).toMatch(/: the loss went from 4\.5 to 94\.5\.$/);
    expect(said(1, (step) => step + 1)).toMatch(/in 1 recorded step, too few to judge the loss by\.$/);
  });

  test('says where there are too few losses to judge by, unless they do well', () => {
    const said = (steps: number, loss: (step: number) => number) => verdict(history({ steps, loss }), []);
    expect(said(19, flatLoss)).toContain('in 19 recorded steps, too few to judge the loss by: the loss went');
    expect(said(20, flatLoss)).toContain('in 20 recorded steps: the loss went');
    expect(said(10, (step) => 0.5 ** step)).toContain('in 10 recorded steps: the loss went');
  });

  test('says that no loss was seen', () => {
    expect(verdict(history({ steps: 9, loss: () => null }), [])).toBe(
      'No trouble found in 9 recorded steps, none of which tells its loss, by which most rules judge: optimizer.computeGradients in the place of tf.variableGrads does.',
    );
  });

  test('counts the layers of a remedy', () => {
    expect(advised({ layers: ['h1'] })).toMatch(/0\.001 in 1 layer\.$/);
    expect(advised({ layers: ['h1', 'h2'] })).toMatch(/0\.001 in 2 layers\.$/);
  });

  test.each([
    [[], ''],
    [[2], ', too few to judge the loss by'],
    [[null, 2, null], ', too few to judge the loss by'],
    [[2, 1], ', too few to judge the loss by: the loss went from 2 to 1'],
    [[null, 2, 3, 1, null], ', too few to judge the loss by: the loss went from 2 to 1'],
  ])('of the losses %j tells the first and the last one', (losses: (number | null)[], story) => {
    const steps = losses.length;
    const { verdict: said } = diagnose(history({ steps, loss: (step) => losses[step] ?? null }), []);
    expect(said).toBe(
      steps === 0
        ? 'No step was recorded, so there is nothing to judge: train at least one step while the monitor watches.'
        : `No trouble found in ${steps} recorded step${steps === 1 ? '' : 's'}${story}.`,
    );
  });
});

describe('diagnose', () => {
  const saying = (...findings: Finding[]): Rule => ({
    id: findings[0]?.rule ?? 'none',
    check: () => findings,
  });

  test('leaves the steps out by which loss scaling finds its scale', () => {
    const asked: Run[] = [];
    const listening: Rule = {
      id: 'listening',
      check(run) {
        asked.push(run);
        return [];
      },
    };
    const scales: Readonly<Record<number, StepRecord['lossScale']>> = {
      1: { scale: 4, fits: false },
      2: { scale: 2, fits: true },
      3: { scale: 1, fits: false },
      4: { scale: 1.5, fits: false },
    };
    const change = (record: StepRecord): StepRecord => {
      const lossScale = scales[record.step];
      return lossScale === undefined ? record : { ...record, lossScale };
    };
    const run = history({ steps: 6, change });
    const plain = history({ steps: 6 });
    const report = diagnose(run, [listening]);
    diagnose(plain, [listening]);
    // What is not finite at a scale of 1 is no overflow of its making.
    expect(asked[0]).toEqual({ ...run, steps: run.steps.filter(({ step }) => step !== 1 && step !== 4) });
    expect(report.run).toBe(run);
    expect(asked[1]).toBe(plain);
  });

  test.each([
    [20, 19],
    [0, 0],
  ])('puts a rule that throws, after %s records, at step %s', (steps, step) => {
    const broken: Rule = {
      id: 'broken',
      check() {
        throw new Error('no such thing');
      },
    };
    expect(diagnose(history({ steps }), [broken]).findings).toEqual([
      {
        rule: 'broken',
        severity: 'info',
        where: 'model',
        firstStep: step,
        lastStep: step,
        evidence: {},
        message: 'The rule broken failed and was left out of this diagnosis: Error: no such thing',
        remedies: [],
      },
    ]);
  });

  test('keeps the cause that a finding names where it was found, else gives it one that was', () => {
    const root: Rule = { ...saying(finding('root')), explains: ['end'] };
    const other: Rule = saying(finding('other'));
    const becauseOf = (because: string) =>
      diagnose(history({ steps: 20 }), [other, root, saying(finding('end', { because }))]).findings.find(
        ({ rule }) => rule === 'end',
      )?.because;
    expect(becauseOf('other')).toBe('other');
    expect(becauseOf('not-found')).toBe('root');
  });

  test('takes a finding that names its own rule for a root cause', () => {
    const own = saying(finding('own', { because: 'own', severity: 'error' }));
    const { findings } = diagnose(history({ steps: 20 }), [saying(finding('other')), own]);
    expect(findings.map(({ rule }) => rule)).toEqual(['own', 'other']);
  });
});
