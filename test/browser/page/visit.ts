import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright';
import { root } from '../../sources.js';

/** A page under observation. */
export interface Visit {
  readonly page: Page;
  /** Everything that must not happen: errors, warnings, dialogs, requests, breaches of the policy. */
  readonly faults: string[];
}

const require = createRequire(import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'gradient-health-page-'));
const pictures = join(root, 'out/pages');
mkdirSync(pictures, { recursive: true });

let browser: Promise<Browser> | undefined;

/** Opens a page written to disk. */
export async function visitHtml(html: string, colorScheme: 'light' | 'dark' = 'light'): Promise<Visit> {
  const file = join(folder, 'page.html');
  writeFileSync(file, html);
  return visit(pathToFileURL(file).href, colorScheme);
}

export async function visit(address: string, colorScheme: 'light' | 'dark' = 'light'): Promise<Visit> {
  browser ??= chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update'],
  });
  const page = await (await browser).newPage({ colorScheme, viewport: { width: 1200, height: 900 } });
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => faults.push(`console: ${message.text()}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const origin = new URL(address).origin;
  page.on('request', (request) => {
    const url = request.url();
    if (url !== address && !url.startsWith('data:') && !(origin !== 'null' && url === `${address}events`))
      faults.push(`request: ${url.slice(0, 200)}`);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`policy: ${violatedDirective} ${blockedURI}`),
    );
  });
  await page.goto(address);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  return { page, faults };
}

/** What axe holds against the page that is serious or worse: rule and element. */
export async function seriousProblems(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 120)}: ${failureSummary}`),
    );
}

/** Keeps a picture of the whole page in `out/`, for eyes. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: 1200, height });
  await page.locator('footer').scrollIntoViewIfNeeded();
  await page.waitForTimeout(300);
  await page.screenshot({ path: join(pictures, `${name}.png`) });
  await page.setViewportSize({ width: 1200, height: 900 });
}

export async function leave(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
  rmSync(folder, { recursive: true });
}
