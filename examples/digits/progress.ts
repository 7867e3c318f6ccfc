const WIDTH = 24;

/** One line that fills while something runs, below its notes: redrawn on a terminal, printed once at the end elsewhere. */
export function progress(
  label: string,
  total: number,
): { step(done: number, note: string): void; note(line: string): void; end(note: string): void } {
  const { stdout } = process;
  const started = Date.now();
  let drawn = 0;
  const line = (done: number, note: string): string => {
    const filled = Math.round((WIDTH * Math.min(done, total)) / total);
    return `${label.padEnd(34)} ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${note}`;
  };
  return {
    step(done, note) {
      if (!stdout.isTTY || Date.now() - drawn < 100) return;
      drawn = Date.now();
      stdout.write(`\r\u001b[K${line(done, note)}`);
    },
    note(text) {
      if (stdout.isTTY) stdout.write('\r\u001b[K');
      console.log(text);
    },
    end(note) {
      if (stdout.isTTY) stdout.write('\r\u001b[K');
      console.log(line(total, `${note}  ${((Date.now() - started) / 1000).toFixed(1)} s`));
    },
  };
}
