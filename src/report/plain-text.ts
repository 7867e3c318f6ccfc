// C0 and C1 controls, DEL, line and paragraph separators, zero-width marks and everything that turns the writing direction.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to catch
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Makes a string from outside (a layer's name, a message holding one) safe to print on one line of a terminal: control
 * characters and direction overrides are shown as `\u001b` instead of being obeyed.
 */
export function plainText(text: string): string {
  return text.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
