import { StringDecoder } from 'node:string_decoder';

/** Lines of a text that comes in pieces of bytes. */
export interface LogLines {
  /** The lines that this piece completes. */
  push(bytes: Uint8Array): readonly string[];
  /** What stands behind the last line feed. */
  rest(): string;
}

export function createLogLines(): LogLines {
  const decoder = new StringDecoder('utf8');
  let open = '';
  return {
    push(bytes) {
      const lines = (open + decoder.write(bytes)).split('\n');
      open = lines.pop() ?? '';
      return lines;
    },
    rest: () => open + decoder.end(),
  };
}
