import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright';
import { type BenchRow, percentile } from '../harness/measure.js';
import { nameOf } from './models.js';
import type { PageCase } from './page.js';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** As for the tests in a browser: GPUs in software, so that it runs anywhere. */
const args = [
  ...['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update'],
  ...['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  ...['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'],
];

/** By the clock, since the work is done in other processes; nothing where there is no Chromium. */
export async function* inChromium(cases: readonly PageCase[]): AsyncIterable<BenchRow> {
  if (!existsSync(executablePath)) {
    process.stderr.write(
      `recurrent: no Chromium at ${executablePath}; set CHROMIUM_PATH for webgl and webgpu\n`,
    );
    return;
  }
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    write: false,
  });
  const browser = await chromium.launch({ executablePath, args });
  try {
    const page = await browser.newPage();
    // WebGPU is for secure pages.
    await page.route('**/*', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<title>Bench</title>' }),
    );
    await page.goto('https://bench.invalid/');
    await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
    for (const each of cases) {
      const ratios = await page.evaluate((given) => stepRatios(given), each);
      const { backend, cell, size } = each;
      process.stderr.write(`recurrent: ${nameOf(size)} on ${backend}${ratios ? '' : ': not available'}\n`);
      if (!ratios) continue;
      const [ratio, low, high] = [0.5, 0.1, 0.9].map((share) => percentile(ratios, share)) as [
        number,
        number,
        number,
      ];
      const names = { variant: `${cell} train, by the clock`, baseline: `tf.layers.${cell}` };
      yield { bench: 'recurrent', case: nameOf(size), backend, ...names, ratio, low, high };
    }
  } finally {
    await browser.close();
  }
}
