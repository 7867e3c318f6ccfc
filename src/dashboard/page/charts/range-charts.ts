import * as Plot from '@observablehq/plot';
import type { Picture, Range } from '../../picture.js';
import type { Chart, Drawing, Scene } from '../chart.js';
import { fromLog, lastOf, plain, power } from '../numbers.js';
import { draw, stepAxis } from '../plot.js';
import { middles, sampled, stepDomain, stepText } from '../steps.js';

/** From there on a logarithmic axis shows more. */
const wideRange = 30;

export const lossChart: Chart = {
  id: 'loss',
  title: 'Loss',
  howToRead:
    'The loss of each step, with its least and greatest values as a band where a column holds several steps. The numbered lines stand ' +
    'where the findings above began. A flat line while gradients fade is a model that does not learn; a jump before a NaN is one that diverged.',
  applies: ({ loss }) => loss !== undefined,
  draw: (scene) => drawRange(scene, scene.picture.loss, 'loss', true),
};

export const normChart: Chart = {
  id: 'norm',
  title: 'Global gradient norm',
  howToRead:
    'The length of all gradients together, before any clip. Spikes are what clipping is for; steady growth is an exploding gradient and ' +
    'needs smaller steps, better initial weights or normalisation.',
  applies: ({ globalNorm }) => globalNorm !== undefined,
  draw: (scene) => drawRange(scene, scene.picture.globalNorm, 'gradient norm', false),
};

const empty: Range = { least: [], mean: [], greatest: [], nonFinite: [] };

function drawRange({ picture, width }: Scene, range: Range = empty, name: string, marked: boolean): Drawing {
  const xs = middles(picture);
  const numbers = [...range.least, ...range.greatest].filter((value) => value !== null);
  const [least, greatest] = [Math.min(...numbers), Math.max(...numbers)];
  const wide = least > 0 && greatest / least > wideRange;
  const points = xs.map((x, column) => ({
    x,
    mean: range.mean[column],
    least: range.least[column],
    greatest: range.greatest[column],
  }));
  const broken = range.nonFinite.map((column) => xs[column]);
  const events = marked ? starts(picture) : [];
  const [from, to] = [range.mean.find(isNumber), lastOf(range.mean)];
  const value = (number: number | null | undefined): string =>
    number === null || number === undefined ? 'none finite' : plain(number);
  return {
    plot: draw({
      width,
      height: 240,
      marginLeft: 56,
      marginTop: events.length > 0 ? 26 : 12,
      x: { domain: stepDomain(picture) },
      y: {
        ...(wide
          ? { type: 'log' as const, domain: [least, greatest] }
          : { domain: [Math.min(0, least), greatest || 1], nice: true }),
        clamp: true,
      },
      marks: [
        Plot.ruleX(broken, { stroke: 'var(--nan)', strokeOpacity: 0.25 }),
        Plot.axisY({
          ...(wide ? { ticks: 5, tickFormat: logTick } : { ticks: 5, tickFormat: plain }),
          label: null,
        }),
        Plot.gridY({ ...(wide ? { ticks: 5 } : { ticks: 5 }), stroke: 'var(--rule)', strokeOpacity: 1 }),
        stepAxis(stepDomain(picture)),
        Plot.areaY(points, { x: 'x', y1: 'least', y2: 'greatest', fill: 'var(--accent)', fillOpacity: 0.22 }),
        Plot.lineY(points, { x: 'x', y: 'mean', stroke: 'var(--accent)', strokeWidth: 1.6 }),
        ...(points.length === 1 ? [Plot.dot(points, { x: 'x', y: 'mean', fill: 'var(--accent)' })] : []),
        Plot.ruleX(events, { x: 'x', stroke: 'var(--strong)', strokeDasharray: '3 3' }),
        Plot.text(events, {
          x: 'x',
          text: 'text',
          frameAnchor: 'top',
          dy: -16,
          fill: 'var(--strong)',
          fontWeight: 600,
        }),
      ],
    }),
    takeaway: takeaway(name, from, to, range.nonFinite.length > 0),
    probe: {
      xs,
      read: (column) => [
        `${name} ${value(range.mean[column])}`,
        ...(picture.columnWidth > 1
          ? [`from ${value(range.least[column])} to ${value(range.greatest[column])}`]
          : []),
        ...(range.nonFinite.includes(column) ? ['with NaN or infinite values'] : []),
        stepText(picture, column),
      ],
    },
    table: () => ({
      head: ['', 'least', 'mean', 'greatest'],
      rows: sampled(xs.length, 40).map((column) => [
        stepText(picture, column),
        value(range.least[column]),
        value(range.mean[column]),
        value(range.greatest[column]),
      ]),
    }),
  };
}

/** First steps of the findings by their numbers in the list; those of one step share a line. */
function starts({ findings, columns, lastStep }: Picture): { x: number; text: string }[] {
  const byStep = new Map<number, string>();
  for (const [index, { firstStep }] of findings.entries()) {
    if (firstStep < (columns[0] ?? 0) || firstStep > lastStep) continue;
    const others = byStep.get(firstStep);
    byStep.set(firstStep, others === undefined ? `${index + 1}` : `${others}, ${index + 1}`);
  }
  return [...byStep].map(([x, text]) => ({ x, text }));
}

function takeaway(name: string, from: number | undefined, to: number | undefined, broken: boolean): string {
  if (from === undefined || to === undefined) return `The ${name} was never a finite number.`;
  const end = broken ? ', and was NaN or infinite at the red lines' : '';
  return `The ${name} went from ${plain(from)} to ${plain(to)}${end}.`;
}

function logTick(value: number): string {
  const log = Math.log10(value);
  if (Math.abs(log - Math.round(log)) < 1e-9) return Math.abs(log) < 3 ? plain(value) : power(log);
  return fromLog(log);
}

function isNumber(value: number | null): value is number {
  return value !== null;
}
