import { causeOf } from '../record/cause-of.js';
import type { Finding } from '../record/finding.js';
import { shortNumber } from '../record/short-number.js';
import { remedyText } from './finding-text.js';

/**
 * Writes a finding with its evidence and remedies as a section of Markdown.
 *
 * @param literal - Escapes text from outside for the program that will show it; they differ in what they take as an escape.
 */
export function findingMarkdown(finding: Finding, literal: (text: string) => string): string {
  const { severity, rule, where, firstStep, lastStep, message, evidence, remedies } = finding;
  const steps = firstStep === lastStep ? `step ${firstStep}` : `steps ${firstStep} to ${lastStep}`;
  const because = causeOf(finding);
  const cause = because === undefined ? '' : `, because of ${literal(because)}`;
  const numbers = Object.entries(evidence).map(([name, value]) => `${literal(name)} ${shortNumber(value)}`);
  const lines = remedies.map((remedy, index) => `${index + 1}. ${literal(remedyText(remedy))}`);
  const parts = [
    `### ${severity}: ${literal(rule)} at ${literal(where)}, ${steps}${cause}`,
    literal(message),
    numbers.length === 0 ? '' : `Evidence: ${numbers.join(', ')}`,
    lines.join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}
