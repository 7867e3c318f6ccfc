import { describe, expect, test, vi } from 'vitest';
import type { Finding } from '../../src/record/finding.js';
import { readJsonl } from '../../src/record/jsonl.js';
import { jsonlSink } from '../../src/sinks/jsonl-sink.js';
import { history } from '../rules/histories.js';

const { steps, ...facts } = history({ steps: 3, loss: (step) => (step === 2 ? Number.NaN : 1) });
const finding: Finding = {
  rule: 'non-finite',
  severity: 'error',
  where: 'model',
  firstStep: 2,
  lastStep: 2,
  evidence: { loss: Number.NaN },
  message: 'The loss is NaN.',
  remedies: [],
};

describe('jsonlSink', () => {
  test('writes a log that readJsonl reads back', () => {
    const lines: string[] = [];
    const sink = jsonlSink((line) => void lines.push(line));
    sink.open?.(facts);
    for (const record of steps) sink.write(record);
    sink.finding?.(finding);
    sink.close?.();

    expect(lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
    const { end, ...read } = readJsonl(lines.join(''));
    expect(read).toEqual({ ...facts, steps, findings: [finding] });
    expect(end?.records).toBe(3);
  });

  test('ends the log with a line that says so, once it is closed', async () => {
    vi.useFakeTimers({ now: 1_700_000_000_000 });
    const lines: string[] = [];
    const sink = jsonlSink((line) => void lines.push(line));
    sink.open?.(facts);
    sink.write(steps[0]!);
    expect(lines).toHaveLength(2);
    await sink.close?.();
    vi.useRealTimers();

    expect(lines.at(-1)).toBe('{"end":{"wallTimeMs":1700000000000,"records":1}}\n');
  });

  test('tells the end after lines that are slow, and whoever closes it that it could not be written', async () => {
    const lines: string[] = [];
    const sink = jsonlSink(async (line) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (line.startsWith('{"end"')) throw new Error('disk full');
      lines.push(line);
    });
    sink.open?.(facts);
    sink.write(steps[0]!);

    await expect(Promise.resolve(sink.close?.())).rejects.toThrow('disk full');
    expect(lines).toHaveLength(2);
  });

  test('hands a line on at once where writing is synchronous, so that a crash loses none', () => {
    const lines: string[] = [];
    const sink = jsonlSink((line) => void lines.push(line));

    expect(sink.write(steps[0]!)).toBeUndefined();
    expect(lines).toHaveLength(1);
  });

  test('keeps lines in order however long each takes to write, and closes after the last', async () => {
    const lines: string[] = [];
    const sink = jsonlSink(async (line) => {
      await new Promise((resolve) => setTimeout(resolve, line.includes('"facts"') ? 20 : 1));
      lines.push(line);
    });
    sink.open?.(facts);
    for (const record of steps) sink.write(record);
    await sink.close?.();

    expect(readJsonl(lines.join('')).steps).toEqual(steps);
  });

  test('passes a failure on and goes on with the next line', async () => {
    const lines: string[] = [];
    const sink = jsonlSink(async (line) => {
      if (line.includes('"step":1')) throw new Error('disk full');
      lines.push(line);
    });
    const results = await Promise.allSettled([
      sink.open?.(facts),
      ...steps.map((record) => sink.write(record)),
    ]);

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(readJsonl(lines.join('')).steps.map(({ step }) => step)).toEqual([0, 2]);
    await expect(Promise.resolve(sink.close?.())).resolves.toBeUndefined();
  });

  test('passes on what a synchronous write throws', () => {
    const sink = jsonlSink(() => {
      throw new Error('closed');
    });

    expect(() => sink.write(steps[0]!)).toThrow('closed');
  });

  test('rejects anything that is no function', () => {
    expect(() => jsonlSink('run.jsonl' as never)).toThrow(
      new TypeError('jsonlSink: write must be a function that appends a line, got string'),
    );
  });
});
