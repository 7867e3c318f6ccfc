import { plainText } from '../../report/plain-text.js';
import { crc32c } from './crc32c.js';

/** Longer tags would be stored with every single value, and no page shows them whole. */
const LONGEST = 200;

/**
 * The tag that stands for a name: its control characters and direction overrides shown as `\u001b`, and what is too long cut,
 * with a checksum of the whole behind it, so that different names stay different.
 */
export function tag(name: string): string {
  const plain = plainText(name);
  if (plain.length <= LONGEST) return plain;
  const checksum = crc32c(new TextEncoder().encode(plain)).toString(16).padStart(8, '0');
  return `${plain.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, '')}...${checksum}`;
}
