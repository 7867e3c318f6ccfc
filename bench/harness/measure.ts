/** What a file of `bench/` exports as its default. */
export interface Bench {
  /** What it measures, in one line for the list. */
  readonly summary: string;
  /** Built one at a time, when the one before is done. */
  cases(): AsyncIterable<BenchCase>;
  /** Results that are no comparison of CPU times, such as one of heaps. */
  rows?(): AsyncIterable<BenchRow>;
}

/** Several ways to do the same work, measured side by side in one run. */
export interface BenchCase {
  readonly case: string;
  readonly backend: string;
  /** By name: one unit of work, such as one training step. Holds the baseline too. */
  readonly variants: Readonly<Record<string, () => void | Promise<void>>>;
  /** Name of the variant that the others are compared with. */
  readonly baseline: string;
  /** Rounds in which every variant is measured once, between two samples of the baseline. @default 31 */
  readonly pairs?: number;
  /**
   * CPU time of a ratio's variant, and as much of its baseline. 50 holds its share of garbage; 0 is one turn: of many such
   * ratios the median is far surer, but steps in which garbage is collected are no longer part of it. @default 50
   */
  readonly sampleMs?: number;
  /** Variants for which some eight rounds must do: slow ones, whose ratios are far from 1. */
  readonly slow?: readonly string[];
  /** CPU time that every variant spends first, unmeasured, for the compiler to settle. @default 300 */
  readonly warmupMs?: number;
  dispose?(): void | Promise<void>;
}

/** One line of the result: the variant's CPU time over the baseline's. */
export interface BenchRow {
  readonly bench: string;
  readonly case: string;
  readonly backend: string;
  readonly variant: string;
  readonly baseline: string;
  /** Median over the pairs. */
  readonly ratio: number;
  /** 10th percentile over the pairs. */
  readonly low: number;
  /** 90th percentile over the pairs. */
  readonly high: number;
  /** Half the width of the median's own 95 % interval, where there are samples of it: how far off it may be. */
  readonly error?: number;
}

export interface MeasureOptions {
  /** @default 1 */
  readonly seed?: number;
  /** Milliseconds of CPU time used so far, over all threads. */
  readonly cpuMs?: () => number;
  readonly onRound?: (round: number, rounds: number) => void;
}

/** They take turns after this much, or after a unit that is longer: noise that lasts longer meets both alike and cancels out. */
const turnMs = 2;

/**
 * Measures the case in rounds. In each, every variant takes turns with the baseline, in an order drawn from the seed, and a
 * ratio is between the sum of its turns and that of the baseline's between and around them, so that drift, heat and whatever
 * else runs on the machine meet both alike. Garbage is collected before each round (where Node exposes `gc`).
 */
export async function measure(
  bench: string,
  {
    case: name,
    backend,
    variants,
    baseline,
    pairs = 31,
    sampleMs = 50,
    slow = [],
    warmupMs = 300,
  }: BenchCase,
  { seed = 1, cpuMs = processCpuMs, onRound }: MeasureOptions = {},
): Promise<BenchRow[]> {
  const base = variants[baseline];
  if (base === undefined) throw new RangeError(`bench ${bench}: ${name} has no variant ${baseline}`);
  const compared = Object.entries(variants).filter(([variant]) => variant !== baseline);
  const sample = async (unit: () => void | Promise<void>, units: number): Promise<number> => {
    // Untimed: what the variant before left to collect, to finish and in the caches is not this one's.
    await unit();
    const before = cpuMs();
    for (let i = 0; i < units; i++) await unit();
    return cpuMs() - before;
  };

  const warmUp = async (unit: () => void | Promise<void>): Promise<number> => {
    let unitMs = 0;
    for (let units = 1, spent = 0; units === 1 || spent < warmupMs; units *= 2) {
      const ms = await sample(unit, units);
      spent += ms;
      unitMs = ms / units;
    }
    return unitMs;
  };

  for (const [, unit] of compared) await warmUp(unit);
  const unitMs = Math.max(await warmUp(base), 1e-6);
  const units = Math.max(1, Math.ceil(turnMs / unitMs));
  const turns = Math.max(1, Math.ceil(sampleMs / (units * unitMs)));
  const random = mulberry32(seed);
  const ratios = new Map<string, number[]>(compared.map(([variant]) => [variant, []]));
  const slowEvery = Math.max(1, Math.floor(pairs / 8));
  for (let round = 0; round < pairs; round++) {
    if (sampleMs > 0 || round % 100 === 0) globalThis.gc?.();
    const due = compared.filter(([variant]) => round % slowEvery === 0 || !slow.includes(variant));
    let before = await sample(base, units);
    for (const [variant, unit] of shuffled(due, random)) {
      let [ms, baseMs] = [0, 0];
      for (let turn = 0; turn < turns; turn++) {
        ms += await sample(unit, units);
        const after = await sample(base, units);
        baseMs += (before + after) / 2;
        before = after;
      }
      ratios.get(variant)?.push(ms / baseMs);
    }
    onRound?.(round + 1, pairs);
  }

  return [...ratios].map(([variant, of]) => ({
    bench,
    case: name,
    backend,
    variant,
    baseline,
    ...spreadOf(of),
  }));
}

/** What a row tells of its ratios. */
export function spreadOf(ratios: readonly number[]): Pick<BenchRow, 'ratio' | 'low' | 'high' | 'error'> {
  return {
    ratio: percentile(ratios, 0.5),
    low: percentile(ratios, 0.1),
    high: percentile(ratios, 0.9),
    error: errorOfMedian(ratios),
  };
}

/** CPU time of this process so far, over all threads. */
export function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The value below which this share of the values lies, interpolated between neighbours, to four decimals. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return Number((below + (above - below) * (at % 1)).toFixed(4));
}

/** By order statistics: the values between which the median lies in 95 of 100 runs, whatever their distribution. */
export function errorOfMedian(values: readonly number[]): number {
  const aside = Math.min(0.5, 0.98 / Math.sqrt(values.length));
  return Number(((percentile(values, 0.5 + aside) - percentile(values, 0.5 - aside)) / 2).toFixed(4));
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] as T, order[i] as T];
  }
  return order;
}

/** Tommy Ettinger's 32-bit generator: seeded, and plenty for an order. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}
