import type { StepRecord } from '../../record/run.js';
import { shortNumber } from '../../record/short-number.js';

/** Where training is, in one line; parts that are not known are left out. */
export function progressLine(record: StepRecord, first: StepRecord, totalSteps: number | undefined): string {
  const { step, loss, globalNorm, learningRate, clip } = record;
  const parts = [
    `step ${step}${totalSteps === undefined ? '' : ` of ${totalSteps}${timeLeft(record, first, totalSteps)}`}`,
    loss === null ? '' : `loss ${shortNumber(loss)}`,
    `gradient norm ${shortNumber(globalNorm)}${clip?.fired ? ` clipped to ${shortNumber(clip.normAfter)}` : ''}`,
    learningRate === null ? '' : `learning rate ${shortNumber(learningRate)}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** At the pace of the steps so far; nothing before the second of them and after the last that was foretold. */
function timeLeft(record: StepRecord, first: StepRecord, totalSteps: number): string {
  const [done, left] = [record.step - first.step, totalSteps - 1 - record.step];
  if (done <= 0 || left <= 0) return '';
  return `, ${duration(((record.wallTimeMs - first.wallTimeMs) / done) * left)} left`;
}

function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (ms < 99_500) return `${Math.max(1, Math.round(ms / 1000))} s`;
  return minutes < 100 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
