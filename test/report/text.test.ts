import { describe, expect, test } from 'vitest';
import { findingCard } from '../../src/dashboard/finding-card.js';
import { findingMarkdown } from '../../src/report/finding-markdown.js';
import { findingText } from '../../src/report/finding-text.js';
import { toText } from '../../src/report/text.js';
import { finding } from '../rules/facts.js';
import { history } from '../rules/histories.js';
import * as reports from './reports.js';

// C0 but line feed, DEL, C1, separators, zero-width marks and direction overrides.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const unsafe = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

describe('toText', () => {
  test.each(Object.entries(reports))('writes %s as it stands in the snapshot', async (name, report) => {
    await expect(`${toText(report)}\n`).toMatchFileSnapshot(`snapshots/${name}.txt`);
  });

  test('lets no control character out of a name, and no line break', () => {
    const text = toText(reports.hostile);

    expect(text).not.toMatch(unsafe);
    expect(text.split('\n').some((line) => line.startsWith('| <img'))).toBe(false);
  });

  test('gives the smallest norm one block and the largest all, on a log scale', () => {
    const run = history({
      steps: 1,
      gradients: () => ({ 'a/kernel': 1, 'b/kernel': 10, 'c/kernel': 100, 'd/kernel': 0 }),
    });
    const bars = toText({ run, findings: [], verdict: '' }).match(/█*(?= +\d+(\.\d+)?$)/gm);

    expect(bars?.map((bar) => bar.length).filter((length) => length > 0)).toEqual([1, 13, 24]); // 1 + 23/2, rounded up
  });

  test('names the cause of a consequence, and of a root cause none, even if it names itself', () => {
    const texts = ['other', 'finding'].map((because) =>
      [findingText, findingMarkdown].map((write) => write(finding('finding', { because }), String)),
    );

    for (const text of texts[0] ?? []) expect(text).toContain(', because of other');
    for (const text of texts[1] ?? []) expect(text).not.toContain('because');
    expect(findingCard(finding('finding', { because: 'other' }), undefined).because).toBe('other');
    expect(findingCard(finding('finding', { because: 'finding' }), undefined).because).toBeUndefined();
  });

  test('sums the weights of a layer up as one vector', () => {
    const run = history({ steps: 1, gradients: () => ({ 'a/kernel': 3, 'a/bias': 4 }) });

    // 3-4-5; updates are 1 % of the gradient, and two weights of norm 1 have sqrt(2) together: 0.05 / 1.414.
    expect(toText({ run, findings: [], verdict: '' })).toMatch(/^a +5 +█+ +0\.0354$/m);
  });
});
