import type { LayerFacts, Run, StepRecord } from '../record/run.js';

/** How the gradient of one recurrent layer changes on its way from the last time step to the first. */
export interface TimeProfile {
  readonly path: string;
  readonly facts: LayerFacts | undefined;
  /** Time steps recorded. */
  readonly length: number;
  /** Steps from the first to the last that gets a gradient. */
  readonly span: number;
  /** Records judged, oldest first. */
  readonly records: readonly StepRecord[];
  /** Norm at the first time step that is judged over the largest one, for each record. */
  readonly ratios: readonly number[];
  /** Geometric mean factor for each step back in time. */
  readonly factor: number;
}

/** Share of the time steps at the beginning whose gradient is averaged. */
const early = 0.1;

/** The recurrent layers of the newest tapped records, in the order of their paths. */
export function timeProfiles({ steps, model }: Run, overRecords: number): readonly TimeProfile[] {
  const records = steps.filter(({ throughTime }) => throughTime !== undefined).slice(-overRecords);
  if (records.length < overRecords) return [];
  const paths = Object.keys(records.at(-1)?.throughTime ?? {}).sort();
  return paths.flatMap((path): TimeProfile[] => {
    const found = records.map((record) => ratioIn(record, path));
    const ratios = found.map((each) => each?.ratio ?? Number.NaN);
    const { length = 0, span = 1 } = found.at(-1) ?? {};
    if (length < 2 || !ratios.every((ratio) => ratio >= 0)) return [];
    const mean = ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length;
    const facts = model?.layers.find((layer) => layer.path === path);
    return [{ path, facts, length, span, records, ratios, factor: Math.exp(mean / span) }];
  });
}

function ratioIn(
  { throughTime = {} }: StepRecord,
  path: string,
): { ratio: number; length: number; span: number } | undefined {
  const record = Object.hasOwn(throughTime, path) ? throughTime[path] : undefined;
  if (record === undefined) return undefined;
  const { hiddenGradientNorms: hidden, cellGradientNorms: cell } = record;
  // Of a cell with a memory, either way may carry the gradient.
  const norms = hidden.map((norm, time) => Math.max(norm, cell?.[time] ?? 0));
  const n = Math.max(1, Math.floor(early * norms.length));
  const first = norms.slice(0, n).reduce((sum, norm) => sum + norm, 0) / n;
  const last = norms.map((norm) => norm > 0).lastIndexOf(true);
  const reference = norms[last] ?? Number.NaN;
  if (!Number.isFinite(reference) || !Number.isFinite(first)) return undefined;
  return { ratio: first / reference, length: norms.length, span: Math.max(1, last) };
}
