// Writes the pages and pictures that are computed from the library itself.
//
//   npm run docs:pages
import { writeFileSync } from 'node:fs';
import { pages } from './pages.js';
for (const { path, text } of pages()) {
    writeFileSync(new URL(`../${path}`, import.meta.url), text);
    console.log(`docs/${path}`);
}
