import { isKmError } from '@km/core';
import {
  type JsonValue,
  parseConfig,
  printConfig,
  readModelConfig,
  toKerasV3,
  toWidestForm,
  upgradeModelConfig,
} from '@km/keras-config';
import fc from 'fast-check';

const tensor = (name: string): JsonValue => ({
  class_name: '__keras_tensor__',
  config: { shape: [null, 4], dtype: 'float32', keras_history: [name, 0, 0] },
});

/** One small model of each dialect, as text. */
const MODELS: readonly string[] = [
  {
    class_name: 'Model',
    config: {
      layers: [
        {
          class_name: 'InputLayer',
          config: { batch_input_shape: [null, 4], input_dtype: 'float32' },
          name: 'x',
          inbound_nodes: [],
        },
        {
          class_name: 'Dense',
          config: { output_dim: 2, W_regularizer: { name: 'L1L2', l1: 0.5 } },
          name: 'd',
          inbound_nodes: [[['x', 0, 0]]],
        },
        {
          class_name: 'Merge',
          config: { mode: 'concat', concat_axis: -1 },
          name: 'm',
          inbound_nodes: [
            [
              ['d', 0, 0],
              ['x', 0, 0],
            ],
          ],
        },
      ],
      input_layers: [['x', 0, 0]],
      output_layers: [['m', 0, 0]],
    },
  },
  {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    registered_name: 'Functional',
    config: {
      name: 'f',
      layers: [
        {
          module: 'keras.layers',
          class_name: 'InputLayer',
          config: { batch_shape: [null, 4] },
          registered_name: null,
          name: 'x',
          inbound_nodes: [],
        },
        {
          module: 'keras.src.ops.numpy',
          class_name: 'Add',
          config: { name: 'a' },
          registered_name: 'Add',
          name: 'a',
          inbound_nodes: [{ args: [tensor('x'), 1.5], kwargs: {} }],
        },
        {
          module: 'keras.layers',
          class_name: 'Dense',
          config: {
            dtype: {
              module: 'keras',
              class_name: 'DTypePolicy',
              config: { name: 'float32' },
              registered_name: null,
            },
          },
          registered_name: null,
          name: 'd',
          inbound_nodes: [{ args: [tensor('a')], kwargs: { mask: null } }],
        },
      ],
      input_layers: ['x', 0, 0],
      output_layers: ['d', 0, 0],
    },
  },
].map((model) => JSON.stringify(model));

/** All members of a value: the container and the key of each. */
function members(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return [];
  const container = value as Record<string, unknown>;
  return Object.keys(container).flatMap((key) => [
    [container, key] as [Record<string, unknown>, string],
    ...members(container[key]),
  ]);
}

test('a model with any value in any place is upgraded or refused with a KmError', () => {
  const replacement = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(
      tensor('x'),
      { class_name: 'Sequential', config: [] },
      { class_name: 'X', config: null },
      [['x', 0, 0, {}]],
      ['x', 0, 0],
    ),
  );
  fc.assert(
    fc.property(fc.constantFrom(...MODELS), fc.nat(), replacement, (text, place, value) => {
      const model = parseConfig(text);
      const all = members(model);
      const [container, key] = all[place % all.length] ?? [{}, ''];
      container[key] = value;
      try {
        const upgraded = upgradeModelConfig(model);
        readModelConfig(upgraded);
        expect(printConfig(toKerasV3(toWidestForm(upgraded)))).toContain('"class_name"');
      } catch (error) {
        if (!isKmError(error)) throw error;
        expect(error.message).not.toBe('');
      }
    }),
    { numRuns: 500 },
  );
});
