import type { BenchRow } from './measure.js';

/** The rows as text in aligned columns: CPU time of the variant in multiples of the baseline's. */
export function table(rows: readonly BenchRow[]): string {
  const times = (ratio: number): string => `${ratio.toFixed(3)} x`;
  // Only where a row tells how far off its median may be.
  const withError = rows.some(({ error }) => error !== undefined);
  const cells = [
    ['case', 'backend', 'variant', 'baseline', 'CPU time', ...(withError ? ['±'] : []), '10 %', '90 %'],
    ...rows.map((row) => [
      row.case,
      row.backend,
      row.variant,
      row.baseline,
      times(row.ratio),
      ...(withError ? [row.error === undefined ? '' : row.error.toFixed(3)] : []),
      times(row.low),
      times(row.high),
    ]),
  ];
  const widths =
    cells[0]?.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0))) ?? [];
  const firstNumber = 4;
  return cells
    .map((line) =>
      line
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return column < firstNumber ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
