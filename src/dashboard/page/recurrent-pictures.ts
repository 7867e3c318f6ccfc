import { type News, type RecurrentNews, rowWidthOf } from '../news.js';
import type { Line, RecurrentPicture } from '../picture.js';

/** The recurrent layers, each with the columns in which it was recorded. */
export function recurrentPictures(
  columns: readonly RecurrentNews[],
  columnWidth: number,
  { order, timeSteps }: Pick<News, 'order' | 'timeSteps'>,
): RecurrentPicture[] {
  const longest = new Map(timeSteps);
  return order.flatMap((layer) => {
    const own = columns.flatMap(({ start, layers }) => {
      const found = layers.find((one) => one.layer === layer);
      return found === undefined ? [] : [{ start, ...found }];
    });
    if (own.length === 0) return [];
    const steps = longest.get(layer) ?? 0;
    const rowWidth = rowWidthOf(steps);
    const rows = (side: 'hidden' | 'cell'): Line[] =>
      Array.from({ length: Math.ceil(steps / rowWidth) }, (_, row) =>
        own.map((one) => one[side][row] ?? null),
      );
    const names = [...new Set(own.flatMap(({ gates }) => gates.map(([name]) => name)))];
    return [
      {
        layer,
        columns: own.map(({ start }) => start),
        columnWidth,
        timeSteps: steps,
        rowWidth,
        hidden: rows('hidden'),
        ...(own.some(({ cell }) => cell.length > 0) && { cell: rows('cell') }),
        gates: names.map((name) => {
          const gate = own.map(({ gates }) => gates.find((one) => one[0] === name));
          return {
            name,
            mean: gate.map((one) => one?.[1] ?? null),
            saturated: gate.map((one) => one?.[2] ?? null),
          };
        }),
      },
    ];
  });
}
