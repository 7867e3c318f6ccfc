import { plainText } from '../report/plain-text.js';

/** Longest name that the page writes out in full. */
const longestText = 240;
const longestLabel = 22;

/** A string from outside, harmless and of bounded length: whatever steers a terminal or turns the writing is shown as its code. */
export function shownText(text: string, longest: number = longestText): string {
  const characters = Array.from(plainText(text.slice(0, 2 * longest + 2)));
  const isWhole = text.length <= 2 * longest + 2 && characters.length <= longest;
  if (isWhole) return characters.join('');
  const head = Math.ceil((longest - 1) / 2);
  const tail = Array.from(plainText(text.slice(-longest))).slice(-(longest - 1 - head));
  return `${characters.slice(0, head).join('')}…${tail.join('')}`;
}

/** A name for an axis: the middle goes first, for names of layers differ at their ends. */
export function axisLabel(name: string): string {
  return shownText(name, longestLabel);
}
