import { liveSink } from 'gradient-health/live';
import { afterAll, expect, test } from 'vitest';
import { history } from '../../rules/histories.js';
import { leave, visit } from './visit.js';

afterAll(leave);

test('a live page follows the run, keeps what the reader has chosen, and says when it ends', async () => {
  const { steps, ...facts } = history({ steps: 40 });
  const sink = liveSink({ onListening: () => {} });
  await sink.open?.(facts);
  const { page, faults } = await visit(await sink.url);
  const heading = page.getByRole('heading', { level: 1 });
  const stepsText = page.locator('.facts dd').first();
  expect(await heading.textContent()).toBe('Waiting for the first step.');
  for (const record of steps.slice(0, 20)) await sink.write(record);
  await page.waitForFunction(() => document.querySelector('.facts dd')?.textContent === '20');
  expect(await page.getByRole('status').first().textContent()).toBe('Live');
  await page.getByLabel('Layer', { exact: true }).selectOption({ label: 'dense_2' });
  await page.locator('#gradients .stage').focus();
  for (const record of steps.slice(20)) await sink.write(record);
  await page.waitForFunction(() => document.querySelector('.facts dd')?.textContent === '40');
  expect(await stepsText.textContent()).toBe('40');
  expect(await page.getByLabel('Layer', { exact: true }).locator('option:checked').textContent()).toBe(
    'dense_2',
  );
  expect(await page.locator('#gradients .stage').evaluate((stage) => stage === document.activeElement)).toBe(
    true,
  );
  await sink.close?.();
  await page.getByText('The run has ended.').waitFor();
  expect(await heading.textContent()).toMatch(/^No trouble found in 40 recorded steps/);
  expect(faults).toEqual([]);
  await page.close();
});
