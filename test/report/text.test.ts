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

  /** Blocks of the bars of layers with these gradient norms, in order. */
  const barsOf = (...norms: readonly number[]) => {
    const gradients = Object.fromEntries(norms.map((norm, index) => [`layer_${index}/kernel`, norm]));
    const text = toText({
      run: history({ steps: 1, gradients: () => gradients }),
      findings: [],
      verdict: '',
    });
    return text.match(/█+/g)?.map((bar) => bar.length);
  };

  test('gives the largest norm 24 blocks, the smallest one and zero none, on a log scale', () => {
    expect(barsOf(1, 100, 10_000, 0)).toEqual([1, 13, 24]); // 1 + 23/2, rounded up
  });

  test('spans three decades at least, so that a little less looks like a little less', () => {
    expect(barsOf(1, 0.5)).toEqual([24, 22]); // 23 * log10(0.5) / 3 = -2.3
    expect(barsOf(1, 1e-3)).toEqual([24, 1]);
    expect(barsOf(0.2, 0.2)).toEqual([24, 24]);
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
