// Writes the pages and pictures that are computed from the library itself.
//
//   npm run docs:pages

import '@tensorflow/tfjs-backend-cpu';
import { writeFileSync } from 'node:fs';
import { setBackend } from '@tensorflow/tfjs-core';
import { pages } from './pages.js';

await setBackend('cpu');
for (const { path, text } of pages()) {
  writeFileSync(new URL(`../${path}`, import.meta.url), text);
  console.log(`docs/${path}`);
}
