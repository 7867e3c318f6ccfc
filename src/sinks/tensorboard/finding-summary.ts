import type { Finding } from '../../record/finding.js';
import { findingMarkdown } from '../../report/finding-markdown.js';
import { plainText } from '../../report/plain-text.js';
import type { Summary } from './summary.js';

/** A message may hold a name of any length, and several times. */
const LONGEST = 2000;

/** A finding as a text, under its rule and its place. */
export function findingSummary(finding: Finding): Summary {
  return {
    tag: `findings/${finding.rule}/${finding.where}`,
    text: findingMarkdown(finding, literal),
  };
}

/**
 * Text that TensorBoard's Markdown shows as it is. Python-Markdown takes a backslash as an escape before some characters only,
 * and lets an image in a name load what it names; character references are text to it everywhere.
 */
function literal(text: string): string {
  const plain = plainText(text).trim();
  const bounded =
    plain.length > LONGEST ? `${plain.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, '')}...` : plain;
  return bounded.replace(
    /^(?:[-+=]|\d(?=\d*[.)]))|[\\`*{}[\]<>#&|]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}
