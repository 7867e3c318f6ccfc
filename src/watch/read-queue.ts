import { concat, keep, type Tensor1D } from '@tensorflow/tfjs-core';

/** Reads small tensors back from a device without ever blocking it. */
export interface ReadQueue {
  /** Takes over the tensor and resolves with its values; reads resolve in the order they were asked for. */
  read(tensor: Tensor1D): Promise<Float32Array>;
}

interface Waiting {
  readonly tensor: Tensor1D;
  resolve(values: Float32Array): void;
  reject(error: unknown): void;
}

/**
 * Keeps one read in flight. What arrives meanwhile is concatenated on the device and read together, so that a training
 * loop which never yields costs one read, not one a step. A tensor is disposed only after its read resolved: WebGPU
 * throws otherwise.
 */
export function createReadQueue(): ReadQueue {
  let waiting: Waiting[] = [];
  let reading = false;

  async function readAll(): Promise<void> {
    reading = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const tensors = batch.map(({ tensor }) => tensor);
      const joined = tensors.length === 1 ? undefined : keep(concat(tensors));
      try {
        const values = (await (joined ?? tensors[0])?.data()) as Float32Array;
        let offset = 0;
        for (const { tensor, resolve } of batch) {
          resolve(values.slice(offset, offset + tensor.size));
          offset += tensor.size;
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      for (const tensor of [...tensors, ...(joined ? [joined] : [])]) tensor.dispose();
    }
    reading = false;
  }

  return {
    read: (tensor) =>
      new Promise((resolve, reject) => {
        waiting.push({ tensor, resolve, reject });
        if (!reading) void readAll();
      }),
  };
}
