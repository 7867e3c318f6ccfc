import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { watch } from 'gradient-health';
import { mountDashboard } from 'gradient-health/dashboard';
import { expect, test, vi } from 'vitest';
import { compiled, data } from '../watch/models.js';

const waitFor = (check: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(check()).toBe(true), { timeout: 10_000 });

test('a mounted dashboard follows its monitor beside the page, and goes without a trace', async () => {
  await tf.setBackend('cpu');
  const host = document.createElement('div');
  host.innerHTML = '<p class="page">of the page</p>';
  document.body.append(host);
  const styleBefore = getComputedStyle(host.querySelector('p')!).padding;
  const model = compiled();
  const monitor = watch(model, { quiet: true, histograms: 1 });
  const remove = mountDashboard(host, monitor);
  const shadow = (): ShadowRoot => host.lastElementChild!.shadowRoot!;
  const heading = (): string => shadow().querySelector('h1')?.textContent ?? '';
  expect(heading()).toMatch(/^No step recorded yet: /);

  const { x, y } = data();
  await model.fit(x, y, { epochs: 5, batchSize: 16, verbose: 0 });
  await waitFor(() => heading().startsWith('No trouble found in 10 recorded steps'));
  expect([...shadow().querySelectorAll('figure h2')].map(({ textContent }) => textContent)).toContain('Loss');
  // Drawn when it comes in sight.
  shadow().querySelector('#gradients')?.scrollIntoView();
  await waitFor(() => shadow().querySelector('#gradients svg image') !== null);
  expect([...shadow().querySelectorAll('option')].map(({ textContent }) => textContent)).toEqual([
    'All 2 layers',
    'first',
    'last',
  ]);

  // Styles of neither reach the other.
  expect(getComputedStyle(host.querySelector('p')!).padding).toBe(styleBefore);
  await model.fit(x, y, { epochs: 1, batchSize: 16, verbose: 0 });
  await waitFor(() => heading().startsWith('No trouble found in 12 recorded steps'));

  remove();
  expect(host.innerHTML).toBe('<p class="page">of the page</p>');
  await monitor.stop();
});

test('what cannot be mounted is told at once', () => {
  const monitor = watch(compiled(), { quiet: true });
  // @ts-expect-error as from `querySelector` in plain JavaScript
  expect(() => mountDashboard(null, monitor)).toThrow(
    'mountDashboard: element must be an HTML element of the page, got null',
  );
  // @ts-expect-error no monitor
  expect(() => mountDashboard(document.body, {})).toThrow('mountDashboard: source must be a monitor');
});
