import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { plainText } from '../../src/report/plain-text.js';
import { hostile, logs, trainVanishing, writeByHand } from './runs.js';
import { out, startTensorBoard } from './tensorboard.js';

let server: Awaited<ReturnType<typeof startTensorBoard>>;
let browser: Browser;
beforeAll(async () => {
  rmSync(logs, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  await trainVanishing();
  await writeByHand();
  server = await startTensorBoard(logs);
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});
afterAll(async () => {
  await browser?.close();
  server?.stop();
});

let page: Page;
/** What goes wrong in the page, and what it asks of anybody but TensorBoard. */
let trouble: string[];
beforeEach(async () => {
  trouble = [];
  page = await browser.newPage({ viewport: { width: 1500, height: 1100 } });
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => trouble.push(String(error)));
  page.on('dialog', (dialog) => trouble.push(dialog.message()));
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url) && !/^(data|blob):/.test(request.url()))
      trouble.push(request.url());
  });
});
afterEach(() => page.close());

/** Opens a page of TensorBoard with the tags that a pattern matches, and keeps a picture of it. */
async function open(name: string, pattern: string, tags: readonly string[], picture: string): Promise<void> {
  await page.goto(`${server.url}#${name}`);
  const filter = page.locator('tf-tag-filterer input').filter({ visible: true });
  await filter.fill(pattern);
  for (const tag of tags)
    await page.getByText(tag, { exact: true }).filter({ visible: true }).first().waitFor();
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(2000); // the charts fade in
  await page.screenshot({ path: join(out, `${picture}.png`) });
}

describe('the running TensorBoard', () => {
  test('shows our scalars', async () => {
    await open('scalars', '', ['all/loss', 'all/gradient_norm', 'clip/fired'], 'scalars');
    await open(
      'scalars',
      '^(gradient_norm|update_ratio)/(hidden_1|hidden_5|output)$',
      ['gradient_norm/hidden_1', 'gradient_norm/output'],
      'scalars-by-layer',
    );
    expect(trouble).toEqual([]);
  });

  test('shows our histograms', async () => {
    await open(
      'histograms',
      '^gradients/.*_?(1|5|output)/kernel',
      ['gradients/hidden_1/kernel', 'gradients/output/kernel'],
      'histograms',
    );
    await open(
      'histograms',
      '^gradients/(lstm|huge|dead)|^gradient_through',
      ['gradients/huge/kernel', 'gradients/dead/kernel', 'gradient_through_time/lstm/hidden'],
      'histograms-by-hand',
    );
    await open(
      'distributions',
      '^gradients/(lstm|dead|output)',
      ['gradients/lstm/recurrent_kernel'],
      'distributions',
    );
    expect(trouble).toEqual([]);
  });

  test('shows our findings, and the name of a layer as text, whatever it is', async () => {
    await open('text', '', ['findings/vanishing-gradient/hidden_1'], 'text');
    const shown = await page.getByRole('heading', { name: 'error: non-finite' }).textContent();
    expect(shown).toContain(plainText(hostile));
    await page.getByRole('heading', { name: 'warning: vanishing-gradient at hidden_1' }).waitFor();
    expect(await page.locator('img[src="x"], img[src*="127.0.0.1:9"]').count()).toBe(0);
    expect(await page.title()).toBe('TensorBoard');
    expect(trouble).toEqual([]);
  });
});
