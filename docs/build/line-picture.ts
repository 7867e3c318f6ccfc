/** One line of a picture. */
export interface Line {
  readonly name: string;
  readonly values: readonly number[];
}

/** What a picture shows. */
export interface LineChart {
  readonly title: string;
  /** What is counted from 0 (or `from`) to the right. */
  readonly across: string;
  /** What is shown upwards. */
  readonly up: string;
  readonly lines: readonly Line[];
  /** Powers of ten upwards, or numbers from 0 to 1. */
  readonly scale: 'log' | 'share';
  /** Number of the first value; default 0. */
  readonly from?: number;
}

const size = { width: 640, height: 320 };
const margin = { left: 58, right: 150, top: 16, bottom: 42 };
/** Told apart by those who see no colour by their dashes. */
const strokes = ['#06c', '#c50', '#080', '#a0a'];
const dashes = ['', ' stroke-dasharray="7 3"', ' stroke-dasharray="2 3"', ' stroke-dasharray="9 3 2 3"'];

/** Draws lines with their names at the right end. */
export function linePicture({ title, across, up, lines, scale, from = 0 }: LineChart): string {
  const finite = lines.flatMap(({ values }) => values).filter((value) => value > 0 && Number.isFinite(value));
  const logs = finite.map(Math.log10);
  const low = scale === 'log' ? Math.floor(Math.min(...logs)) : 0;
  const high = scale === 'log' ? Math.ceil(Math.max(...logs)) : 1;
  const longest = Math.max(...lines.map(({ values }) => values.length));
  const bottom = size.height - margin.bottom;
  const left = (at: number): number =>
    margin.left + (at / Math.max(1, longest - 1)) * (size.width - margin.left - margin.right);
  const top = (value: number): number => {
    const level = scale === 'log' ? Math.max(low, Math.log10(value)) : value;
    return bottom - ((level - low) / (high - low)) * (bottom - margin.top);
  };
  const digits = (number: number): string => number.toFixed(1);
  const every = Math.max(1, Math.ceil((high - low) / 6));
  const ticks =
    scale === 'log'
      ? Array.from({ length: Math.floor((high - low) / every) + 1 }, (_, i) => 10 ** (low + i * every))
      : [0, 0.25, 0.5, 0.75, 1];
  const label = (value: number): string =>
    scale === 'log' ? `1e${Math.round(Math.log10(value))}` : `${value}`;
  const ends = spread(lines.map(({ values }) => top(values.at(-1) ?? 1)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" role="img" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="${size.width}" height="${size.height}" fill="#fff"/>`,
    ...ticks.flatMap((value) => [
      `<path d="M${margin.left},${digits(top(value))}H${size.width - margin.right}" stroke="#ddd"/>`,
      `<text x="${margin.left - 6}" y="${digits(top(value) + 4)}" text-anchor="end" fill="#555">${label(value)}</text>`,
    ]),
    ...[0, longest - 1].map(
      (at) =>
        `<text x="${digits(left(at))}" y="${bottom + 16}" text-anchor="middle" fill="#555">${at + from}</text>`,
    ),
    `<text x="${digits((left(0) + left(longest - 1)) / 2)}" y="${bottom + 34}" text-anchor="middle" fill="#333">${across}</text>`,
    `<text transform="translate(14 ${digits((margin.top + bottom) / 2)}) rotate(-90)" text-anchor="middle" fill="#333">${up}</text>`,
    ...lines.flatMap(({ name, values }, index) => {
      const stroke = strokes[index % strokes.length];
      const points = values.map((value, at) => `${digits(left(at))},${digits(top(value))}`).join('L');
      const right = size.width - margin.right + 8;
      return [
        `<path d="M${points}" fill="none" stroke="${stroke}" stroke-width="2.5"${dashes[index % dashes.length]}/>`,
        `<text x="${right}" y="${digits((ends[index] ?? 0) + 4)}" fill="${stroke}">${name}</text>`,
      ];
    }),
    '</svg>\n',
  ].join('\n');
}

/** Positions of labels, moved apart where they would touch. */
function spread(tops: readonly number[], least = 15): number[] {
  const order = tops.map((top, index) => ({ top, index })).sort((a, b) => a.top - b.top);
  let free = Number.NEGATIVE_INFINITY;
  const placed = order.map(({ top, index }) => {
    const at = Math.max(top, free);
    free = at + least;
    return { at, index };
  });
  return tops.map((_, index) => placed.find((each) => each.index === index)?.at ?? 0);
}
