import { causeOf } from '../record/cause-of.js';
import type { Finding, Remedy } from '../record/finding.js';
import { shortNumber } from '../record/short-number.js';
import { shownText } from './label.js';
import type { FindingCard, RemedyLine } from './picture.js';

/** Layer names written out before the rest is only counted. */
const namedLayers = 6;

/** Writes the numbers of a finding out and makes every string in it harmless. */
export function findingCard(finding: Finding, layer: number | undefined): FindingCard {
  const { rule, severity, where, firstStep, lastStep, message, evidence, remedies } = finding;
  const because = causeOf(finding);
  return {
    rule: shownText(rule),
    severity,
    where: shownText(where),
    ...(layer !== undefined && { layer }),
    firstStep,
    lastStep,
    message: shownText(message, 1200),
    ...(because !== undefined && { because: shownText(because) }),
    evidence: Object.entries(evidence).map(([name, value]) => [words(shownText(name)), shortNumber(value)]),
    remedies: remedies.map(remedyLine),
  };
}

function remedyLine({ kind, to, layers, reason, verified }: Remedy): RemedyLine {
  const rest = layers.length - namedLayers;
  const named = layers.slice(0, namedLayers).map((name) => shownText(name, 60));
  return {
    kind: kind.replaceAll('-', ' '),
    to: typeof to === 'number' ? shortNumber(to) : shownText(to),
    where: rest > 0 ? `${named.join(', ')} and ${rest} more` : named.join(', '),
    reason: shownText(reason, 1200),
    ...(verified && {
      proof: `tried: ${shownText(verified.measure)} went from ${shortNumber(verified.before)} to ${shortNumber(verified.after)}`,
    }),
  };
}

/** `outputGradientNorm` reads `output gradient norm`. */
function words(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase();
}
