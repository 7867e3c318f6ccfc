import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { Rows } from './data/rows.js';

/** Samples on the device. */
export interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
}

export function tensorsOf(rows: Rows): Batch {
  return {
    x: tensor(rows.x, [rows.count, ...rows.xShape]),
    y: tensor(rows.y, [rows.count, ...rows.yShape]),
  };
}

export function disposeBatch({ x, y }: Batch): void {
  x.dispose();
  y.dispose();
}

/**
 * Targets as a model wants them: values as they are, classes as one-hot, or as their number where the model has a single
 * output or its loss counts classes itself.
 *
 * @param width - Size of the model's last axis.
 */
export function encodeTargets(rows: Rows, width: number, loss: string): Rows {
  const { classes, y, yShape } = rows;
  if (classes === undefined) return rows;
  if (width === 1 || loss === 'sparseCategoricalCrossentropy') return { ...rows, yShape: [...yShape, 1] };
  const oneHot = new Float32Array(y.length * classes);
  y.forEach((label, i) => {
    oneHot[i * classes + label] = 1;
  });
  return { ...rows, y: oneHot, yShape: [...yShape, classes] };
}
