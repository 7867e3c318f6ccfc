import { median } from '../rules/motion.js';

/** Losses that tell what is usual. */
const remembered = 20;
/** Multiple of the usual loss above which training has come off, and share of the first loss that it must be besides. Heuristic. */
const [farAbove, worthNoting] = [10, 0.1];

/** Tells of one loss after the other whether it is as usual; those that are not leave what is usual alone. */
export function createUsualLoss(): (loss: number) => boolean {
  const usual: number[] = [];
  let first: number | undefined;
  return (loss) => {
    if (!Number.isFinite(loss)) return false;
    first ??= loss;
    const limit = Math.max(farAbove * Math.abs(median(usual) ?? loss), worthNoting * first);
    if (loss > limit) return false;
    usual.push(loss);
    if (usual.length > remembered) usual.shift();
    return true;
  };
}
