import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { axisLabel, shownText } from '../../src/dashboard/label.js';
import { renderHtml } from '../../src/dashboard/render-html.js';
import { diagnose } from '../../src/rules/diagnose.js';
import { anyFinding, anyRun } from '../record/runs.js';
import * as reports from '../report/reports.js';
import { history, stats } from '../rules/histories.js';

const policyOf = (html: string): string =>
  (/http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '').replaceAll('&#39;', "'");
const dataOf = (html: string): string =>
  /<script type="application\/json" id="news">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const evil = `</script><img src=x onerror=alert(1)>\u202egpj.exe\u001b[2J <!-- 👩‍👩‍👧 ${'x'.repeat(10_000)}`;

describe('the page', () => {
  test('allows its own script and style by hash, and nothing from anywhere', () => {
    const html = renderHtml(reports.vanishing);
    const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text ?? '');
    const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, text]) => text ?? '');
    expect([scripts.length, styles.length]).toEqual([1, 1]);
    expect(policyOf(html).split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hash(scripts[0]!)}`,
      `style-src ${hash(styles[0]!)}`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    // A comment that opens a script element would keep the next end tag from ending it.
    expect(scripts[0]).not.toMatch(/<!--|<\/script/i);
  });

  test('names no address but that of the SVG namespaces and of licences', () => {
    const html = renderHtml(reports.vanishing);
    const outside = html.match(/\b(src|href)=["']?(?!data:)[a-z]/gi) ?? [];
    expect(outside).toEqual([]);
  });

  test('holds the verdict and the table for a reader without scripts', () => {
    expect(renderHtml(reports.vanishing)).toMatch(/<noscript><pre>Training suffers: vanishing gradient/);
  });

  test('of a run of 5000 steps and 50 layers is small', () => {
    const layers = Array.from({ length: 50 }, (_, index) => `layer_${index}/kernel`);
    const bins = Array.from({ length: 60 }, (_, index) => [200 + index, 1 + index] as const);
    const run = history({
      steps: 5000,
      gradients: (step) =>
        Object.fromEntries(
          layers.map((key, index) => [
            key,
            {
              ...stats(1 + Math.sin(step + index) / 2, 2000),
              ...(step % 10 === 0 && { histogram: { bins } }),
            },
          ]),
        ),
    });
    expect(renderHtml({ run, findings: [], verdict: '' }).length).toBeLessThan(5_000_000);
  });
});

describe('a hostile name', () => {
  const run = history({
    steps: 2,
    gradients: () => ({ [`${evil}/kernel`]: 1, '__proto__/kernel': 1, 'constructor/kernel': 1 }),
  });
  const html = renderHtml({ ...reports.hostile, run, verdict: evil });

  test('opens no element and ends none', () => {
    expect(html).not.toContain('<img');
    expect([...html.matchAll(/<\/?script/gi)].length).toBe(4);
    expect(dataOf(html)).not.toContain('<');
  });

  test('is shown as text, its controls as codes, its length cut', () => {
    const { layers } = JSON.parse(dataOf(html)) as { layers: { name: string; label: string }[] };
    expect(layers[0]!.name).toMatch(/^<\/script><img src=x onerror=alert\(1\)>\\u202egpj.exe\\u001b\[2J /);
    expect(layers.map(({ name }) => Array.from(name).length <= 240)).toEqual([true, true, true]);
    expect(layers.map(({ label }) => Array.from(label).length <= 22)).toEqual([true, true, true]);
    expect(layers.map(({ name }) => name).slice(1)).toEqual(['__proto__', 'constructor']);
    expect(html.length).toBeLessThan(500_000);
  });

  test('keeps its two ends on an axis', () => {
    expect(axisLabel('encoder/block_12/attention/dense_7')).toBe('encoder/blo…on/dense_7');
    expect(axisLabel('dense_1')).toBe('dense_1');
    // Cut between characters, never inside one.
    expect(axisLabel('👩'.repeat(40))).toBe(`${'👩'.repeat(11)}…${'👩'.repeat(10)}`);
  });
});

test('any run with any findings makes a page whose data reads back, without a control or a tag in it', () => {
  fc.assert(
    fc.property(anyRun, fc.array(anyFinding, { maxLength: 3 }), (run, findings) => {
      const data = dataOf(renderHtml({ run, findings, verdict: diagnose(run).verdict }));
      expect(data).not.toContain('<');
      const text = JSON.stringify(JSON.parse(data));
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
      expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }),
    { numRuns: 50 },
  );
});

test('text that is short enough stays as it is', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9_/]{0,100}$/), (text) => {
      expect(shownText(text)).toBe(text);
    }),
  );
});
