import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pages } from '../../docs/build/pages.js';
import { root } from '../sources.js';

test.each(pages().map(({ path, text }) => [path, text]))(
  'docs/%s is what `npm run docs:pages` makes of the library as it is',
  (path, text) => {
    const file = join(root, 'docs', path);
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe(text);
  },
);
