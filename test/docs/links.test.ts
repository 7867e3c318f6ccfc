import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readPages, root } from '../sources.js';

test('every relative link in the documentation leads to a file of the repository', () => {
  const dead = Object.entries(readPages()).flatMap(([path, text]) =>
    [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(root, dirname(path), target)))
      .map((target) => `${path}: ${target}`),
  );
  expect(dead).toEqual([]);
});

/** As GitHub makes them of headings: lower case, without punctuation, `-` for each space. */
const anchorsOf = (markdown: string): string[] =>
  [...markdown.replaceAll(/^```.*?^```/gms, '').matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

test('every link to a heading leads to one', () => {
  const pages = readPages();
  const dead = Object.entries(pages).flatMap(([path, text]) =>
    [...text.matchAll(/\]\(([^)#\s:]*\.md)?#([^)\s]+)\)/g)]
      .filter(([, file, anchor = '']) => {
        const target = file === undefined ? text : (pages[join(dirname(path), file)] ?? '');
        return !anchorsOf(target).includes(anchor);
      })
      .map(([link]) => `${path}: ${link}`),
  );
  expect(dead).toEqual([]);
});

test('every guide is reached from the README, at once or through another', () => {
  const pages = readPages();
  const reached = new Set<string>();
  const follow = (path: string): void => {
    if (reached.has(path) || pages[path] === undefined) return;
    reached.add(path);
    for (const [, target = ''] of pages[path].matchAll(/\]\(([^)#\s:]+\.md)/g))
      follow(join(dirname(path), target));
  };
  follow('README.md');
  expect(Object.keys(pages).filter((path) => path.startsWith('docs/') && !reached.has(path))).toEqual([]);
});
