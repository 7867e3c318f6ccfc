import { describe, expect, test } from 'vitest';
import type { Finding, Rule } from '../../src/record/finding.js';
import { createLedger } from '../../src/rules/ledger.js';
import { fallingLoss, flatLoss, history } from './histories.js';

const finding = (rule: string, change: Partial<Finding> = {}): Finding => ({
  rule,
  severity: 'warning',
  where: 'model',
  firstStep: 4,
  lastStep: 9,
  evidence: {},
  message: '',
  remedies: [],
  ...change,
});
const silent: Rule = { id: 'silent', check: () => [] };
const loud: Rule = { id: 'loud', explains: ['silent'], check: () => [finding('loud')] };
const well = history({ steps: 40, loss: fallingLoss });
const failing = history({ steps: 40, loss: flatLoss });
const severities = (ledger: ReturnType<typeof createLedger>, run = well) =>
  ledger.report(run).findings.map(({ rule, severity }) => [rule, severity]);

describe('a ledger of findings', () => {
  test('keeps one of each rule and place: the newest, from the first step it was seen at', () => {
    const ledger = createLedger([]);
    expect(ledger.add(finding('a'))).toBe(true);
    expect(ledger.add(finding('a', { firstStep: 7, message: 'newer' }))).toBe(false);
    expect(ledger.add(finding('a', { where: 'h1' }))).toBe(true);
    expect(ledger.add(finding('b', { firstStep: 1 }))).toBe(true);
    expect(ledger.add(finding('b', { firstStep: 0 }))).toBe(false);
    expect(ledger.findings).toMatchObject([
      { rule: 'a', where: 'model', firstStep: 4, message: 'newer' },
      { rule: 'a', where: 'h1' },
      { rule: 'b', firstStep: 0 },
    ]);
  });

  test('tells what the rules find, and leaves it to the caller to add it', () => {
    const ledger = createLedger([loud]);
    expect(ledger.check(well, [loud])).toMatchObject([{ rule: 'loud' }]);
    expect(ledger.findings).toEqual([]);
    expect(ledger.report(well).findings).toEqual([]);
  });

  test('reports as a note what the last check did not find and the loss refutes', () => {
    const ledger = createLedger([loud, silent]);
    for (const rule of ['loud', 'silent', 'of nobody']) ledger.add(finding(rule));
    ledger.check(well, [loud, silent]);

    expect(severities(ledger)).toEqual([
      ['loud', 'warning'],
      ['of nobody', 'warning'],
      ['silent', 'info'],
    ]);
    expect(severities(ledger, failing)).toContainEqual(['silent', 'warning']);
    ledger.check(well, [silent]);
    expect(severities(ledger)).toContainEqual(['loud', 'info']);
  });

  test('tells causes from consequences by its own rules', () => {
    const ledger = createLedger([loud, silent]);
    for (const rule of ['silent', 'loud']) ledger.add(finding(rule));
    expect(ledger.report(failing).findings).toMatchObject([
      { rule: 'loud' },
      { rule: 'silent', because: 'loud' },
    ]);
  });
});
