// Bundles the page's script and style into one TypeScript file, which git ignores: `npm run build:page`, and before tests.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const licence = readFileSync(
  createRequire(import.meta.url)
    .resolve('@observablehq/plot')
    .replace(/src\/index\.js$/, 'LICENSE'),
  'utf8',
);

async function bundle(entry) {
  const { outputFiles } = await build({
    entryPoints: [at(entry)],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    write: false,
  });
  // No tag inside the page may end it.
  return outputFiles[0].text.trim().replaceAll('</', '<\\/');
}

const notice = `/*! Holds Observable Plot and D3, each under this licence.\n${licence.trim()}\nD3: Copyright 2010-2026 Mike Bostock */\n`;
const script = notice + (await bundle('page/start.ts'));
const style = await bundle('page/page.css');
const hash = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
const constant = (name, comment, text) =>
  `/** ${comment} */\nexport const ${name}: string = ${JSON.stringify(text)};\n`;
const source = [
  '// Generated from page/ by `npm run build:page`: do not edit.\n',
  constant('pageScript', 'Draws the page; holds the chart library.', script),
  constant('pageScriptHash', "As the page's policy names it.", hash(script)),
  constant('pageStyle', 'Of the page.', style),
  constant('pageStyleHash', "As the page's policy names it.", hash(style)),
].join('\n');

const path = at('page-source.ts');
if (!existsSync(path) || readFileSync(path, 'utf8') !== source) writeFileSync(path, source);

/** What the test runner calls before it starts; importing this file has done it. */
export function setup() {}
