import { afterEach, describe, expect, test, vi } from 'vitest';

// Each test imports the kernels anew: they ask for WebAssembly only once, at their first call.
const fresh = async () => {
  vi.resetModules();
  return {
    ...(await import('../../src/kernels/measure.js')),
    ...(await import('../../src/kernels/statistics.js')),
  };
};

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('the kernels', () => {
  test('are compiled at the first call that needs them, and once', async () => {
    const compile = vi.spyOn(WebAssembly, 'Module');
    const { measure } = await fresh();
    expect(compile).not.toHaveBeenCalled();
    measure(new Float32Array(1000));
    measure(new Float32Array(1000));
    expect(compile).toHaveBeenCalledTimes(1);
  });

  test('give way to the twin where a content security policy refuses them', async () => {
    vi.spyOn(WebAssembly, 'Module').mockImplementation(function refuse() {
      throw new WebAssembly.CompileError('Refused to compile or instantiate WebAssembly module');
    });
    const { measure, statisticsKernels } = await fresh();
    expect(measure(new Float32Array(1000).fill(2)).sum).toBe(2000);
    expect(statisticsKernels()).toBeNull();
  });

  test('give way to the twin where there is no WebAssembly', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    const { measure, statisticsKernels } = await fresh();
    expect(measure(new Float32Array(1000).fill(2)).sum).toBe(2000);
    expect(statisticsKernels()).toBeNull();
  });

  test('are no more than the 4 kB that every browser compiles at once on its main thread', async () => {
    const { statisticsBinary } = await import('../../src/kernels/statistics-binary.js');
    expect(atob(statisticsBinary).length).toBeLessThan(4096);
  });
});
