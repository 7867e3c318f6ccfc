import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultRules } from '../../src/rules/default-rules.js';
import * as rules from '../../src/rules/index.js';
import { root } from '../sources.js';
import { rulesPage } from './rules-page.js';

test('docs/rules.md says of every rule what its source says; npx vitest run test/docs/rules-page.test.ts -u rewrites it', async () => {
  const page = rulesPage(defaultRules);
  for (const factory of Object.keys(rules)) expect(page).toContain(`\`rules.${factory}(`);
  await expect(page).toMatchFileSnapshot(join(root, 'docs/rules.md'));
});

test('every rule of the group is a default rule, and explains rules that there are', () => {
  const ids = defaultRules.map(({ id }) => id);
  const group: Readonly<Record<string, () => { readonly id: string }>> = rules;
  expect(
    Object.values(group)
      .map((create) => create().id)
      .sort(),
  ).toEqual([...ids].sort());
  for (const { explains = [] } of defaultRules) for (const id of explains) expect(ids).toContain(id);
});

test('every threshold has a default, which is cited or called heuristic', () => {
  const rows = rulesPage(defaultRules)
    .split('\n')
    .filter((line) => /^\| `\w+` \|/.test(line));
  expect(rows.length).toBeGreaterThan(30);
  for (const row of rows) {
    expect(row).toMatch(
      /heuristic|\(.*(20\d\d|SageMaker|cs231n).*\)|as .* has it|as over the layers|none: |false|which prefers/,
    );
  }
});
