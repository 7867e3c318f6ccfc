import type { Rule } from '../record/finding.js';

/** The rules that {@link diagnose} and `watch` ask where none are given, each with its default thresholds. */
export const defaultRules: readonly Rule[] = [];
