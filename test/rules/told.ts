import { expect } from 'vitest';
import type { Finding, Rule } from '../../src/record/finding.js';
import * as rules from '../../src/rules/index.js';

/** A rule whose findings are held, word for word, by the snapshot of the test that asks it. */
function told<Options extends unknown[]>(factory: (...options: Options) => Rule) {
  return (...options: Options): Rule => {
    const rule = factory(...options);
    return {
      ...rule,
      check(run) {
        const findings = rule.check(run);
        for (const finding of findings) expect(asText(finding)).toMatchSnapshot();
        return findings;
      },
    };
  };
}

/** All of a finding, for a reader. */
function asText({ evidence, remedies, ...finding }: Finding): string {
  const { rule, severity, where, firstStep, lastStep, message, because } = finding;
  const numbers = Object.entries(evidence).map(([name, value]) => `${name} ${Number(value.toPrecision(6))}`);
  return [
    `${severity} ${rule}, ${where}, steps ${firstStep} to ${lastStep}`,
    message,
    ...(because === undefined ? [] : [`because ${because}`]),
    ...(numbers.length > 0 ? [numbers.join(', ')] : []),
    ...remedies.map(
      ({ kind, to, layers, reason }) => `- ${kind} ${to} (${layers.join(', ') || 'model'}): ${reason}`,
    ),
  ].join('\n');
}

export const deadUnits = told(rules.deadUnits);
export const disconnectedWeights = told(rules.disconnectedWeights);
export const explodingGradient = told(rules.explodingGradient);
export const explodingThroughTime = told(rules.explodingThroughTime);
export const frozenAfterCompile = told(rules.frozenAfterCompile);
export const frozenDropoutMask = told(rules.frozenDropoutMask);
export const gateSaturation = told(rules.gateSaturation);
export const gradientSpike = told(rules.gradientSpike);
export const ignoredConstraint = told(rules.ignoredConstraint);
export const inputScale = told(rules.inputScale);
export const laggingAverages = told(rules.laggingAverages);
export const learningRate = told(rules.learningRate);
export const lossDivergence = told(rules.lossDivergence);
export const lossOscillation = told(rules.lossOscillation);
export const lossPlateau = told(rules.lossPlateau);
export const nonFinite = told(rules.nonFinite);
export const outputLossMismatch = told(rules.outputLossMismatch);
export const overClipping = told(rules.overClipping);
export const overRegularization = told(rules.overRegularization);
export const poorInitialization = told(rules.poorInitialization);
export const precisionUnderflow = told(rules.precisionUnderflow);
export const recurrentDropout = told(rules.recurrentDropout);
export const saturatedActivation = told(rules.saturatedActivation);
export const symmetricWeights = told(rules.symmetricWeights);
export const targetScale = told(rules.targetScale);
export const trainedWhileFrozen = told(rules.trainedWhileFrozen);
export const unchangedWeights = told(rules.unchangedWeights);
export const untrainableLayer = told(rules.untrainableLayer);
export const updateRatioHigh = told(rules.updateRatioHigh);
export const updateRatioLow = told(rules.updateRatioLow);
export const vanishingGradient = told(rules.vanishingGradient);
export const vanishingThroughTime = told(rules.vanishingThroughTime);
export const zeroForgetBias = told(rules.zeroForgetBias);
export const zeroGradient = told(rules.zeroGradient);
