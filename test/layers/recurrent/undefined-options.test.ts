import { layers } from 'gradient-health';
import { expect, test } from 'vitest';

const config = (layer: { getConfig(): unknown }): string =>
  JSON.stringify(layer.getConfig()).replace(/"name":"[^"]*"/, '');

test.each(['lstm', 'gru'] as const)(
  'options of %s that are undefined leave the defaults as they are',
  (kind) => {
    const given = { recurrentActivation: undefined, kernelInitializer: undefined, unitForgetBias: undefined };
    const layer = layers[kind]({ units: 2, ...given } as never);
    expect(config(layer)).toBe(config(layers[kind]({ units: 2 })));
  },
);
