import { describe, expect, test } from 'vitest';
import { toMarkdown } from '../../src/report/markdown.js';
import * as reports from './reports.js';

describe('toMarkdown', () => {
  test.each(Object.entries(reports))('writes %s as it stands in the snapshot', async (name, report) => {
    await expect(`${toMarkdown(report)}\n`).toMatchFileSnapshot(`snapshots/${name}.md`);
  });

  test('lets no name bring in a column, a line, a link, a mention or HTML', () => {
    const lines = toMarkdown(reports.hostile).split('\n');
    const rows = lines.filter((line) => line.startsWith('|'));

    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(5);
    expect(lines.join('')).not.toMatch(/(?<!\\)[<[*`$@](?!\*)(?=[a-z])/);
    expect(lines.join('')).not.toMatch(/https:\/\/|www\./);
  });
});
