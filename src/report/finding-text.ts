import { causeOf } from '../record/cause-of.js';
import type { Finding, Remedy } from '../record/finding.js';
import { shortNumber } from '../record/short-number.js';
import { plainText } from './plain-text.js';

/** Layer names printed before the rest is only counted. */
const namedLayers = 4;

/** Writes a finding with its evidence and remedies on a few lines, safe for a terminal. */
export function findingText(finding: Finding): string {
  const { rule, severity, where, firstStep, lastStep } = finding;
  const steps = firstStep === lastStep ? `step ${firstStep}` : `steps ${firstStep} to ${lastStep}`;
  const because = causeOf(finding);
  const cause = because === undefined ? '' : `, because of ${because}`;
  const evidence = Object.entries(finding.evidence).map(([name, value]) => `${name} ${shortNumber(value)}`);
  const lines = [
    `${severity}: ${rule} at ${where}, ${steps}${cause}`,
    `  ${finding.message}`,
    ...(evidence.length === 0 ? [] : [`  evidence: ${evidence.join(', ')}`]),
    ...finding.remedies.map((remedy, index) => `  ${index + 1}. ${remedyText(remedy)}`),
  ];
  return lines.map(plainText).join('\n');
}

/** Writes a remedy as one line. The names in it are as they came: pass the line through {@link plainText}. */
export function remedyText(remedy: Remedy): string {
  const { kind, to, layers, reason, verified } = remedy;
  const value = typeof to === 'number' ? shortNumber(to) : to;
  const rest = layers.length - namedLayers;
  const more = rest > 0 ? ` and ${rest} more` : '';
  const target = layers.length === 0 ? '' : ` in ${layers.slice(0, namedLayers).join(', ')}${more}`;
  const proof =
    verified === undefined
      ? ''
      : ` (tried: ${verified.measure} went from ${shortNumber(verified.before)} to ${shortNumber(verified.after)})`;
  return `${kind.replaceAll('-', ' ')} ${value}${target}: ${reason}${proof}`;
}
