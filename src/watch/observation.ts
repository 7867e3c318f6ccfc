import type { Finding } from '../record/finding.js';

/** A finding about the watching itself, which no rule makes. */
export function observation(
  rule: string,
  severity: Finding['severity'],
  step: number,
  message: string,
): Finding {
  return {
    rule,
    severity,
    where: 'model',
    firstStep: step,
    lastStep: step,
    evidence: {},
    message,
    remedies: [],
  };
}

/** The observer itself threw. */
export function watchFailed(error: unknown, step: number): Finding {
  const message = `Watching failed at step ${step} and left that step out: ${String(error)}. Training goes on.`;
  return observation('watch-failed', 'warning', step, message);
}

/** The next optimizer of the model belongs to another monitor. */
export function watchedElsewhere(): Finding {
  const message =
    'The optimizer that the model was compiled with is watched by another monitor; this one sees nothing.';
  return observation('watch-failed', 'warning', 0, message);
}

/** The next optimizer of the model came with a clip. */
export function clippedElsewhere(strategy: string): Finding {
  const message =
    `The optimizer that the model was compiled with clips already, with ${strategy}; the clip of this monitor is left out. ` +
    'Use chain(...) for several strategies.';
  return observation('watch-failed', 'warning', 0, message);
}

/** The set of gradients changed, and slots put them in order. */
export function slotsRepaired(step: number): Finding {
  const message =
    'The set of gradients changed between steps. tfjs keeps the moments of an optimizer by position, so weights would have ' +
    'met the moments of others; the monitor put every gradient back into its own slot. Without it, pass the optimizer a ' +
    'list with null for missing gradients.';
  return observation('gradient-order', 'info', step, message);
}
