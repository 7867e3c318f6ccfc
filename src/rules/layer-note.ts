import type { Finding, Remedy, Rule } from '../record/finding.js';
import type { LayerFacts, Run } from '../record/run.js';
import { findingOf } from './finding-of.js';
import { fails } from './loss-trend.js';

/** What a rule about the settings of layers looks for. */
export interface LayerNote {
  readonly id: string;
  readonly applies: (layer: LayerFacts, run: Run) => boolean;
  /** Completes "path: ...". */
  readonly message: string;
  /** Default: none. */
  readonly remedies?: (layers: readonly string[]) => readonly Remedy[];
  /** Severity where training fails, or where the layer is harmed for sure; otherwise it is a note. */
  readonly failing: Finding['severity'];
  /** Default: no layer is known to be. */
  readonly harms?: (layer: LayerFacts, run: Run) => boolean;
  readonly explains?: readonly string[];
}

/** A rule that reads nothing but the facts of layers, and names the first of those concerned. */
export function layerNote(note: LayerNote): Rule {
  const { id, applies, message, remedies = () => [], failing, harms = () => false, explains } = note;
  return {
    id,
    ...(explains && { explains }),
    check(run) {
      if (run.steps.length === 0) return [];
      const found = (run.model?.layers ?? []).filter((layer) => applies(layer, run));
      const layers = found.map(({ path }) => path);
      const [where] = layers;
      if (where === undefined) return [];
      const others = layers.length === 1 ? '' : ` (and ${layers.length - 1} more)`;
      return [
        findingOf(run, id, {
          severity: fails(run) || found.some((layer) => harms(layer, run)) ? failing : 'info',
          where,
          evidence: { layers: layers.length },
          message: `${where}${others}: ${message}`,
          remedies: remedies(layers),
        }),
      ];
    },
  };
}
