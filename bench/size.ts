import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { BenchFigure, FigureBench } from './harness/figure.js';

/** What a program takes of the main entry, and the kB that it may cost it. */
const imports: readonly { readonly names: string; readonly atMost: number }[] = [
  { names: '{ clipByGlobalNorm, withClipping }', atMost: 2.5 },
  { names: '{ watch }', atMost: 15 },
  { names: '*', atMost: 40 },
];

/** Bundled for a browser, minified and compressed, without tfjs. */
async function size(names: string, atMost: number): Promise<BenchFigure> {
  const { outputFiles } = await build({
    stdin: { contents: `export ${names} from './src/index.ts'`, resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['@tensorflow/*'],
    write: false,
  });
  const bytes = gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).byteLength;
  return {
    bench: 'size',
    case: `import ${names}`,
    figure: Number((bytes / 1000).toFixed(1)),
    unit: 'kB gzip',
    atMost,
  };
}

const bench: FigureBench = {
  summary: 'What an import adds to a bundle, in kB after minification and gzip',
  async *cases() {},
  async *figures() {
    for (const { names, atMost } of imports) yield await size(names, atMost);
  },
};

export default bench;
