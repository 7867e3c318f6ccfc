/** A gradient norm for each layer, first to last. */
export interface Curve {
  readonly name: string;
  readonly norms: readonly number[];
}

const bars = '▁▂▃▄▅▆▇█';

/** One line for each curve, all on one logarithmic scale. */
export function gradientBars(curves: readonly Curve[]): string {
  const [low, high] = decades(curves);
  const bar = (norm: number): string => {
    const level = Math.floor(((Math.log10(norm) - low) / (high - low)) * bars.length);
    // A norm of 0 has no logarithm: a blank.
    return norm > 0 ? (bars[Math.min(bars.length - 1, level)] ?? '') : ' ';
  };
  const lines = curves.map(({ name, norms }) => {
    const [first = Number.NaN, last = Number.NaN] = [norms[0], norms.at(-1)];
    const ends = [first, last].map((norm) => norm.toExponential(1).padStart(7));
    return `  ${name.padEnd(10)} ${ends[0]}  ${norms.map(bar).join('')}  ${ends[1]}`;
  });
  return [...lines, `  ${bars[0]} from 1e${low}, ${bars.at(-1)} to 1e${high}`].join('\n');
}

const size = { width: 720, height: 420 };
const plot = { left: 60, right: 600, top: 20, bottom: 370 };

/** The same as lines in a picture: layers to the right, powers of ten upwards. */
export function gradientChart(curves: readonly Curve[]): string {
  const [low, high] = decades(curves);
  const count = Math.max(...curves.map(({ norms }) => norms.length));
  const x = (layer: number): number =>
    Math.round(plot.left + ((plot.right - plot.left) * layer) / Math.max(1, count - 1));
  const y = (exponent: number): number =>
    Math.round(plot.bottom - ((plot.bottom - plot.top) * (exponent - low)) / (high - low));
  const text = (left: number, top: number, anchor: string, content: string, color = '#333'): string =>
    `<text x="${left}" y="${top}" text-anchor="${anchor}" fill="${color}">${content}</text>`;

  const grid = Array.from({ length: high - low + 1 }, (_, index) => low + index).flatMap((exponent) => [
    `<path d="M${plot.left} ${y(exponent)}H${plot.right}" stroke="#ddd"/>`,
    text(plot.left - 8, y(exponent) + 4, 'end', `1e${exponent}`),
  ]);
  const layers = [1, Math.ceil(count / 2), count].map((layer) =>
    text(x(layer - 1), plot.bottom + 18, 'middle', String(layer)),
  );
  const lines = curves.flatMap(({ name, norms }, index) => {
    const color = `hsl(${Math.round((360 * index) / curves.length)} 70% 40%)`;
    const points = norms.flatMap((norm, layer) => (norm > 0 ? [`${x(layer)},${y(Math.log10(norm))}`] : []));
    return [
      `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>`,
      text(plot.right + 15, plot.top + 12 + 20 * index, 'start', name, color),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="13">`,
    `<rect width="${size.width}" height="${size.height}" fill="#fff"/>`,
    ...grid,
    ...layers,
    text(
      (plot.left + plot.right) / 2,
      plot.bottom + 38,
      'middle',
      'hidden layer, and the gradient norm there',
    ),
    ...lines,
    '</svg>\n',
  ].join('\n');
}

/** Powers of ten that enclose every norm. */
function decades(curves: readonly Curve[]): [low: number, high: number] {
  const exponents = curves.flatMap(({ norms }) => norms.filter((norm) => norm > 0).map(Math.log10));
  const low = Math.floor(Math.min(...exponents));
  return [low, Math.max(low + 1, Math.ceil(Math.max(...exponents)))];
}
