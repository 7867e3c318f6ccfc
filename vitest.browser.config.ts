import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

/** Root in a container, and no outside network. */
const everywhere = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** WebGL 2 and WebGPU in software, so that the tests run where there is no GPU. */
const webgl = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
const webgpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

/** The tests that need a browser: `npm run test:browser`. */
export default defineConfig({
  resolve: {
    alias: {
      'gradient-health/dashboard': fileURLToPath(new URL('src/dashboard/index.ts', import.meta.url)),
      'gradient-health/live': fileURLToPath(new URL('src/cli/live.ts', import.meta.url)),
      'gradient-health/tensorboard': fileURLToPath(
        new URL('src/sinks/tensorboard/index.ts', import.meta.url),
      ),
      'gradient-health/testing': fileURLToPath(new URL('src/testing/index.ts', import.meta.url)),
      'gradient-health': fileURLToPath(new URL('src/index.ts', import.meta.url)),
    },
  },
  // Pages may share memory between threads, as the wasm backend then does.
  server: {
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
  // Found during a run, they would be bundled anew and tfjs would exist twice.
  optimizeDeps: {
    include: [
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-layers',
      '@tensorflow/tfjs-backend-cpu',
      '@tensorflow/tfjs-backend-wasm',
      '@tensorflow/tfjs-backend-webgl',
      '@tensorflow/tfjs-backend-webgpu',
      '@observablehq/plot',
    ],
  },
  test: {
    // Bundles what the page of a report holds.
    globalSetup: 'src/dashboard/build.mjs',
    reporters: ['default', './test/plain-reporter.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'in a page',
          include: ['test/browser/**/*.test.ts'],
          exclude: ['test/browser/page/**'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
                args: [...everywhere, ...webgl, ...webgpu],
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      // Those that open pages as a reader does, from Node.
      {
        extends: true,
        test: {
          name: 'of pages',
          include: ['test/browser/page/**/*.test.ts'],
          setupFiles: ['test/setup.ts'],
        },
      },
    ],
  },
});
