// Compiles the AssemblyScript kernels into TypeScript files that hold them as base64.
//
//   node src/kernels/build.mjs           writes the files
//   node src/kernels/build.mjs --check   exits with 1 when a file is not what its source compiles to

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = fileURLToPath(new URL('.', import.meta.url));

const modules = [
  // Fixed memory: results, tables and two chunks.
  { name: 'statistics', memory: ['--initialMemory', '2', '--maximumMemory', '2'] },
  { name: 'recurrent', memory: ['--initialMemory', '1'] },
];

async function compile({ name, memory }) {
  let binary;
  const { error, stderr } = await asc.main(
    [
      `assembly/${name}.ts`,
      ...['--baseDir', folder, '--outFile', 'binary.wasm'],
      ...['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'],
      ...memory,
    ],
    {
      writeFile: (_, contents) => {
        binary = contents;
      },
    },
  );
  if (error) throw new Error(`${name}: ${error.message}\n${stderr.toString()}`);
  return Buffer.from(binary).toString('base64');
}

const check = process.argv.includes('--check');
for (const module of modules) {
  const { name } = module;
  const base64 = await compile(module);
  const path = `${folder}${name}-binary.ts`;
  const source = `// Generated from assembly/${name}.ts by \`npm run build:kernels\`: do not edit.

/** The WebAssembly module, in base64. */
export const ${name}Binary: string =
  '${base64}';
`;
  if (check) {
    if ((await readFile(path, 'utf8')) !== source) {
      console.error(`${path} is stale: run \`npm run build:kernels\``);
      process.exitCode = 1;
    }
  } else {
    await writeFile(path, source);
    console.log(`${name}: ${Buffer.from(base64, 'base64').length} bytes`);
  }
}
