import type { Report } from 'gradient-health';
import { renderHtml } from 'gradient-health/dashboard';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { history, stats } from '../../rules/histories.js';
import * as recorded from './recorded.js';
import { keepPicture, leave, seriousProblems, type Visit, visitHtml } from './visit.js';

afterAll(leave);

/** Draws the charts that are out of sight too. */
const drawAll = (page: Page): Promise<unknown> =>
  page.evaluate(() => dispatchEvent(new Event('beforeprint')));
const always = ['Gradient norm by layer', 'Gradient histograms over time', 'Update ratio'];
const end = ['Loss', 'Global gradient norm'];
const slope = 'Gradient by depth, before and after';

describe.each([
  {
    name: 'vanishing',
    record: recorded.vanishing,
    verdict: /^Training suffers: vanishing gradient at hidden_1 since step \d/,
    takeaway: /^On its way from output back to hidden_1 the gradient shrinks .* times\.$/,
    charts: [...always, 'Saturated outputs', ...end, slope, 'Cost of watching'],
  },
  {
    name: 'exploding',
    record: recorded.exploding,
    verdict: /^Training is lost: /,
    takeaway: /^The gradient is (NaN|infinite) in .* since step \d+\.$/,
    charts: [...always, 'Dead units', ...end, slope, 'Cost of watching'],
  },
  {
    name: 'healthy',
    record: recorded.healthy,
    verdict: /^No trouble found in 64 recorded steps: the loss went from /,
    takeaway: /^From output back to hidden_1 the gradient keeps its size, within a factor of \d/,
    charts: [...always, 'Dead units', 'Saturated outputs', ...end, slope, 'Cost of watching'],
  },
  {
    name: 'lstm',
    record: recorded.lstm,
    verdict: /^(No trouble found in 10 recorded steps|Training suffers)/,
    takeaway: /gradient/,
    charts: [
      ...always,
      ...['Gradient through time', 'Gradient through the memory cell', 'Gates'],
      ...end,
      'Cost of watching',
    ],
  },
])('the page of the $name run', ({ name, record, verdict, takeaway, charts }) => {
  let report: Report;
  let html: string;
  beforeAll(async () => {
    report = await record();
    html = renderHtml(report);
  });

  test('says the verdict first, then the findings with their remedies', async () => {
    const { page, faults } = await visitHtml(html);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toMatch(verdict);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(report.verdict);
    const cards = page.locator('.finding');
    expect(await cards.count()).toBe(report.findings.length);
    for (const [index, { message, remedies }] of report.findings.entries()) {
      const text = await cards.nth(index).textContent();
      expect(text).toContain(message);
      for (const { to, reason } of remedies) {
        expect(text).toContain(reason);
        if (typeof to === 'string') expect(text).toContain(to);
      }
    }
    expect(faults).toEqual([]);
    await page.close();
  });

  test('has the charts that there is data for, each with a name that says what it shows and a line on how to read it', async () => {
    const { page, faults } = await visitHtml(html);
    await drawAll(page);
    expect(await page.locator('figure h2').allTextContents()).toEqual(charts);
    const names = await page
      .getByRole('img')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
    for (const title of charts)
      expect(names.filter((label) => label?.startsWith(`${title}. `)).length).toBe(1);
    expect(await page.locator('#gradients .takeaway').textContent()).toMatch(takeaway);
    for (const line of await page.locator('figcaption').allTextContents())
      expect(line).toMatch(/^How to read this\. .{60,}/);
    expect(faults).toEqual([]);
    await page.close();
  });

  test.each(['light', 'dark'] as const)('has no serious problem for axe in the %s', async (scheme) => {
    const { page, faults } = await visitHtml(html, scheme);
    await keepPicture(page, `${name}-${scheme}`);
    for (const summary of await page.locator('summary').all()) await summary.click();
    expect(await seriousProblems(page)).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });
});

describe('on the page of a run', () => {
  let visit: Visit;
  beforeAll(async () => {
    visit = await visitHtml(renderHtml(await recorded.vanishing()));
  });
  const chart = () => visit.page.locator('#gradients .stage');
  const note = () => visit.page.locator('#gradients .note');
  const choice = () => visit.page.getByLabel('Layer', { exact: true });
  /** A point of the first chart, by parts of its width and height. */
  const point = async (x: number, y: number): Promise<[number, number]> => {
    const box = (await chart().locator('svg').boundingBox())!;
    return [box.x + x * box.width, box.y + y * box.height];
  };

  test('the pointer tells the layer, the norm and the step', async () => {
    await chart().scrollIntoViewIfNeeded();
    await visit.page.mouse.move(...(await point(0.5, 0.1)));
    expect(await note().locator('span').allTextContents()).toEqual([
      'hidden_1',
      expect.stringMatching(/^gradient norm \d(\.\d)? × 10⁻/),
      expect.stringMatching(/^step \d+$/),
    ]);
    await visit.page.mouse.move(5, 5);
    expect(await note().isVisible()).toBe(false);
  });

  test('a click on a row shows that layer alone, and a button all of them again', async () => {
    await visit.page.mouse.click(...(await point(0.5, 0.1)));
    expect(await choice().locator('option:checked').textContent()).toBe('hidden_1');
    expect(await visit.page.locator('#histograms .takeaway').textContent()).toMatch(/^hidden_1: /);
    await choice().selectOption({ label: 'hidden_7' });
    expect(await visit.page.locator('#histograms .takeaway').textContent()).toMatch(/^hidden_7: /);
    await visit.page.getByRole('button', { name: 'Show all layers' }).click();
    expect(await choice().locator('option:checked').textContent()).toBe('All 11 layers');
  });

  test('a finding leads to its layer', async () => {
    await visit.page.getByRole('button', { name: 'show this layer' }).first().click();
    expect(await choice().locator('option:checked').textContent()).toBe('hidden_1');
    await visit.page.getByRole('button', { name: 'Show all layers' }).click();
  });

  test('the keyboard does what the pointer does', async () => {
    await chart().focus();
    await visit.page.keyboard.press('Home');
    expect(await note().locator('span').allTextContents()).toEqual([
      'hidden_1',
      expect.any(String),
      'step 0',
    ]);
    await visit.page.keyboard.press('ArrowDown');
    await visit.page.keyboard.press('ArrowRight');
    expect(await note().locator('span').allTextContents()).toEqual([
      'hidden_2',
      expect.any(String),
      'step 1',
    ]);
    expect(await note().getAttribute('aria-live')).toBe('polite');
    await visit.page.keyboard.press('Enter');
    expect(await choice().locator('option:checked').textContent()).toBe('hidden_2');
    await visit.page.getByRole('button', { name: 'Show all layers' }).click();
  });

  test('each chart has its numbers as a table', async () => {
    await visit.page.locator('#gradients summary').click();
    const rows = visit.page.locator('#gradients tbody tr');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(11);
    expect(await rows.first().locator('th').textContent()).toBe('hidden_1');
  });

  test('paper gets every chart, in light colours', async () => {
    await visit.page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await drawAll(visit.page);
    const figures = await visit.page.locator('figure').count();
    expect(await visit.page.locator('figure svg.plot').count()).toBe(figures);
    const paper = await visit.page
      .locator('.page')
      .evaluate((page) => getComputedStyle(page).backgroundColor);
    expect(paper).toBe('rgb(252, 251, 248)');
    await visit.page.emulateMedia({ media: 'screen' });
  });

  test('all of that without an error, a request or a breach of the policy', () => {
    expect(visit.faults).toEqual([]);
  });
});

test('hostile names are text wherever they stand, and nothing runs', async () => {
  const evil = `</script><img src=x onerror=alert(1)>\u202egpj.exe\u001b[2J 👩‍👩‍👧 ${'x'.repeat(10_000)}`;
  const gradient = { ...stats(1), histogram: { bins: [[254, 4]] as const } };
  const model = {
    layers: [evil, 'plain'].map((path, depth) => ({
      path,
      className: evil,
      depth,
      inbound: [],
      isOutput: depth === 1,
    })),
    loss: evil,
    optimizer: { className: evil, config: {} },
  };
  const through = { hiddenGradientNorms: [1e-3, 1], gates: { [evil]: { mean: 0.5, saturatedShare: 0 } } };
  const run = history({
    steps: 5,
    model,
    gradients: () => ({ [`${evil}/kernel`]: gradient, 'plain/kernel': gradient }),
    change: (record) => ({
      ...record,
      clip: { name: evil, normAfter: 1, fired: true, accepted: true, cosine: 1 },
      throughTime: { [evil]: through },
    }),
  });
  const finding = {
    ...{
      rule: evil,
      severity: 'error' as const,
      where: evil,
      firstStep: 0,
      lastStep: 4,
      evidence: { [evil]: 1 },
    },
    ...{ message: evil, because: evil },
    remedies: [{ kind: 'clip' as const, layers: [evil], to: evil, reason: evil }],
  };
  const { page, faults } = await visitHtml(renderHtml({ run, findings: [finding], verdict: evil }));
  await drawAll(page);
  for (const summary of await page.locator('summary').all()) await summary.click();
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.locator('script').count()).toBe(2);
  const shown = '</script><img src=x onerror=alert(1)>\\u202egpj.exe\\u001b[2J';
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain(shown);
  expect(await page.locator('.finding .message').textContent()).toContain(shown);
  expect(await page.locator('option').nth(1).textContent()).toContain(shown);
  // Nothing sticks out of the page to the side.
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(wide).toBeLessThanOrEqual(room!);
  expect(faults).toEqual([]);
  await keepPicture(page, 'hostile-light');
  await page.close();
});

test('the page of a look before training has the gradient by depth, measured and foretold', async () => {
  const { page, faults } = await visitHtml(renderHtml(await recorded.untrained()));
  await drawAll(page);
  const titles = await page.locator('figure h2').allTextContents();
  expect(titles).toContain('Gradient by depth, before any training');
  expect(titles).not.toContain(slope);
  expect(await page.locator('#preflight .takeaway').textContent()).toMatch(
    /^Before training, each layer on the way back multiplies the gradient by 0\.\d+: 0?\.?\d+(\.\d+)? by the weights, 0\.\d+ by the activations\.$/,
  );
  await page.locator('#preflight summary').click();
  // The table is filled when the browser says that it was opened.
  const rows = page.locator('#preflight tbody tr');
  await rows.first().waitFor();
  expect(await rows.count()).toBe(6);
  await page.locator('#preflight .stage').focus();
  await page.keyboard.press('Home');
  expect(await page.locator('#preflight .note span').allTextContents()).toEqual([
    'hidden_1',
    expect.stringMatching(/^measured: /),
    expect.stringMatching(/^foretold: /),
    'layer with weights 1',
  ]);
  expect(await seriousProblems(page)).toEqual([]);
  expect(faults).toEqual([]);
  await keepPicture(page, 'preflight-light');
  await page.close();
});

test('two hundred layers over four thousand steps draw without a fault', async () => {
  const keys = Array.from({ length: 200 }, (_, index) => `layer_${index}/kernel`);
  const gradients = (step: number) =>
    Object.fromEntries(
      keys.map((key, index) => [key, 10 ** (Math.sin(step / 600 + index / 40) - index / 60)]),
    );
  const run = history({ steps: 4000, gradients });
  const { page, faults } = await visitHtml(renderHtml({ run, findings: [], verdict: 'Large.' }));
  await page.locator('#gradients .stage').scrollIntoViewIfNeeded();
  await page.locator('#gradients .stage').hover();
  expect(await page.locator('#gradients .note span').first().textContent()).toMatch(/^layer_\d+$/);
  // The cells are one image.
  expect(await page.locator('#gradients svg image').count()).toBe(1);
  expect(await page.locator('#gradients svg rect').count()).toBeLessThan(5);
  expect(faults).toEqual([]);
  await page.close();
});
