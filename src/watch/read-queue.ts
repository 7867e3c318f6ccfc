import { backend, concat, dispose, type KernelBackend, keep, type Tensor1D } from '@tensorflow/tfjs-core';

/** Reads small tensors back from a device without ever blocking it. */
export interface ReadQueue {
  /** Takes over the tensor and resolves with its values; reads resolve in the order they were asked for. */
  read(tensor: Tensor1D): Promise<Float32Array>;
  /** Elements asked for and not yet here. */
  readonly waiting: number;
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
  let queue: Waiting[] = [];
  let reading = false;
  let waiting = 0;

  async function readAll(): Promise<void> {
    reading = true;
    // Whatever else this step asks for joins the first read.
    await Promise.resolve();
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      await readBatch(batch);
    }
    reading = false;
  }

  async function readBatch(batch: readonly Waiting[]): Promise<void> {
    const tensors = batch.map(({ tensor }) => tensor);
    let joined: Tensor1D | undefined;
    try {
      // Of one tensor it is a second reference.
      joined = keep(concat(tensors));
      const values = await valuesOf(joined);
      let offset = 0;
      for (const { tensor, resolve } of batch) {
        resolve(values.slice(offset, offset + tensor.size));
        offset += tensor.size;
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    for (const { size } of tensors) waiting -= size;
    dispose([tensors, joined ?? []]);
  }

  return {
    get waiting() {
      return waiting;
    },
    read: (tensor) =>
      new Promise((resolve, reject) => {
        waiting += tensor.size;
        queue.push({ tensor, resolve, reject });
        if (!reading) void readAll();
      }),
  };
}

/** The part of tfjs's WebGL backend that tells whether its context is still there. */
interface WebGLBackend {
  readonly gpgpu?: { readonly gl?: { isContextLost?(): boolean } };
}

/** Between two looks at the context. */
const LOOK_EVERY_MS = 500;

/** The values, unless the WebGL context is lost meanwhile: tfjs waits for it without end. */
async function valuesOf(tensor: Tensor1D): Promise<Float32Array> {
  const gl = (backend() as KernelBackend & WebGLBackend).gpgpu?.gl;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const lost = new Promise<never>((_, reject) => {
    const look = (): void => {
      if (gl?.isContextLost?.()) reject(new Error('the WebGL context was lost'));
      else timer = setTimeout(look, LOOK_EVERY_MS);
    };
    if (gl) timer = setTimeout(look, LOOK_EVERY_MS);
  });
  try {
    return await Promise.race([tensor.data<'float32'>(), lost]);
  } finally {
    clearTimeout(timer);
  }
}
