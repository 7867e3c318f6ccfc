import { existsSync, readFileSync } from 'node:fs';
import type { Page } from './page.js';

/** Where the contract suite has left what it found, in the order of the columns. */
const columns = [
  ['node-cpu', 'cpu, Node'],
  ['node-wasm', 'wasm, Node'],
  ['node-wasm-plain', 'wasm without SIMD, Node'],
  ['node-tensorflow-double', 'double of tfjs-node'],
  ['chromium-cpu', 'cpu, Chromium'],
  ['chromium-wasm', 'wasm, Chromium'],
  ['chromium-wasm-threads', 'wasm with threads, Chromium'],
  ['chromium-webgl', 'webgl'],
  ['chromium-webgpu', 'webgpu'],
] as const;

const areas: Readonly<Record<string, string>> = {
  watch: 'Watching',
  clip: 'Clipping',
  init: 'Initialising',
  recurrent: 'Recurrent layers',
  treat: 'Before training, and treatment',
  trains: 'What tfjs itself trains there, watched',
};

function read(name: string): Readonly<Record<string, string>> {
  const file = new URL(`backends/${name}.json`, import.meta.url);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** What works on which backend, as the contract suite found it. */
export function backendsPage(): Page {
  const results = columns.map(([name, title]) => ({ title, kept: read(name) }));
  const rows = [...new Set(results.flatMap(({ kept }) => Object.keys(kept)))];
  const reasons: string[] = [];
  const cell = (answer: string | undefined): string => {
    if (answer === undefined) return 'not tried';
    if (answer === 'yes') return 'yes';
    if (!reasons.includes(answer)) reasons.push(answer);
    return `no (${reasons.indexOf(answer) + 1})`;
  };
  const tables = Object.entries(areas).map(([area, heading]) => {
    const own = rows.filter((row) => row.startsWith(`${area}: `));
    return [
      `## ${heading}`,
      '',
      `| | ${results.map(({ title }) => title).join(' | ')} |`,
      `|---|${results.map(() => '---|').join('')}`,
      ...own.map(
        (row) =>
          `| ${row.slice(area.length + 2)} | ${results.map(({ kept }) => cell(kept[row])).join(' | ')} |`,
      ),
      '',
    ].join('\n');
  });
  const text = `# Backends

What works where, as \`test/contract\` and \`test/browser/contract*.test.ts\` find it each time they run: every row is done on cpu and
then on the backend, and "yes" means that it gave the same numbers, to a thousandth. WebGL and WebGPU are those of Chromium on a
software rasteriser. tfjs-node itself has not been tried: its column is of a double that shows of itself what tfjs-node does (its name,
values out of sight that each reading copies) and computes with the kernels of cpu.

${tables.join('\n')}
${reasons.map((reason, index) => `${index + 1}. ${reason}`).join('\n')}

## Which one to take

- **cpu** trains everything, needs nothing and is the slowest: right for tests and for models of a few thousand weights.
- **wasm** trains dense and recurrent nets. tfjs lacks its gradients of convolutions and embeddings;
  \`probeBackend().missingKernels\` lists them and the rule \`untrainable-layer\` says it of your model. Where a
  Content-Security-Policy refuses WebAssembly, the backend does not load; this library still works on cpu, with its kernels
  in plain JavaScript.
- **webgl** and **webgpu** read back late: pass \`monitor.callback\` to \`fit\`, so that records arrive while it runs. On WebGL
  give optimizers an epsilon by hand, \`tf.train.adam(0.001, 0.9, 0.999, 1e-7)\`: tfjs takes 1e-4 there, and trains the first
  layers too slowly. With 16-bit floats, as on many phones, ask \`probeBackend()\` which epsilon, and let \`watch\` scale the loss.
`;
  return { path: 'backends.md', text };
}
