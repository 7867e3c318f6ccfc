import type { LayerFacts, Run } from '../record/run.js';

/** The layers that drop more than this share of what they get. */
export function heavyDropout({ model }: Run, above: number): readonly LayerFacts[] {
  return (model?.layers ?? []).filter(
    ({ className, config }) => /Dropout/.test(className) && Number(config?.['rate'] ?? 0) > above,
  );
}
