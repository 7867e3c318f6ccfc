import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { calibrationPage } from '../../battery/calibration-page.js';
import type { LastLine } from '../../battery/json.js';
import { defaultRules } from '../../src/index.js';
import { root } from '../sources.js';

const run: LastLine = {
  summary: true,
  command: 'npm run battery -- --json',
  programs: 30,
  recall: 0.8,
  falseAlarms: 0.1,
  rightCause: 0.7,
  intervals: { recall: [0.5, 0.9], falseAlarms: [0, 0.3], rightCause: [0.4, 0.9] },
  medianFirstStep: 3,
  perRule: {
    'dead-units': { tp: 10, fp: 0, right: 7, medianFirstStep: 2.5 },
    'loss-plateau': { tp: 0, fp: 1, right: 0, medianFirstStep: null },
    'non-finite': { tp: 0, fp: 0, right: 0, medianFirstStep: null },
  },
  perSeverity: { error: { tp: 4, fp: 0 }, warning: { tp: 9, fp: 1 }, info: { tp: 5, fp: 5 } },
};

describe('the page about calibration', () => {
  const page = calibrationPage([
    run,
    {
      ...run,
      command: 'npm run battery -- --mutants 9 --json',
      dropped: [{ id: 'a+b', why: 'it still reaches the goal' }],
    },
  ]);

  test('gives each rule that fired its precision with an interval, and names the silent ones', () => {
    // 3.841459 / 13.841459 = 0.28 is what ten of ten leave open.
    expect(page).toContain('| `dead-units` | 10 | 0 | 100 % (72 to 100) | 7 of 10 | 2.5 |');
    expect(page).toContain('| `loss-plateau` | 0 | 1 | 0 % (0 to 79) | 0 of 0 | - |');
    expect(page).toContain('Without an alarm: `non-finite`.');
    expect(page).toContain('80 % (50 to 90) of the faulty ones flagged');
  });

  test('sets the severities against what they were worth', () => {
    expect(page).toContain('| error | 4 | 0 | 100 % (51 to 100) |');
    expect(page).toContain('| info | 5 | 5 | 50 % (24 to 76) |');
  });

  test('says by which command each section was made, and how many mutants were not counted', () => {
    expect(page).toContain('```sh\nnpm run battery -- --json\n```');
    expect(page).toContain('## On planted faults\n\n```sh\nnpm run battery -- --mutants 9 --json\n```');
    expect(page).toContain('Not counted: 1 mutants');
  });
});

test('docs/calibration.md tells of every rule there is', () => {
  const page = readFileSync(join(root, 'docs/calibration.md'), 'utf8');
  for (const { id } of defaultRules) expect(page).toContain(`\`${id}\``);
});
