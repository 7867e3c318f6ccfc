/** What may follow from whatever keeps a model from training: signs, and no causes. By id of the rule. */
export const symptoms: readonly string[] = [
  'dead-units',
  'saturated-activation',
  'zero-gradient',
  'unchanged-weights',
  'non-finite',
  'update-ratio-high',
  'update-ratio-low',
  'gradient-spike',
  'loss-divergence',
  'loss-oscillation',
  'loss-plateau',
];
