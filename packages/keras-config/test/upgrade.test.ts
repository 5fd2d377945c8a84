import { isKmError } from '@km/core';
import {
  detectDialect,
  type JsonValue,
  parseConfig,
  printConfig,
  toKerasV3,
  toWidestForm,
  upgradeModelConfig,
  upgradeTrainingConfig,
  upgradeValue,
} from '@km/keras-config';

const sequential = (...layers: JsonValue[]): JsonValue => ({
  class_name: 'Sequential',
  config: { name: 's', layers },
});

function upgradedLayers(model: JsonValue): JsonValue {
  const { config } = upgradeModelConfig(model);
  return (config as { layers: JsonValue }).layers;
}

const tensor = (name: string, node = 0, index = 0): JsonValue => ({
  class_name: '__keras_tensor__',
  config: { shape: [null, 4], dtype: 'float32', keras_history: [name, node, index] },
});

function keras3(layers: JsonValue[], output: JsonValue): JsonValue {
  const input = {
    module: 'keras.layers',
    class_name: 'InputLayer',
    config: { batch_shape: [null, 4], dtype: 'float32', sparse: false, name: 'x', optional: false },
    registered_name: null,
    name: 'x',
    inbound_nodes: [],
  };
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: {
      name: 'f',
      layers: [input, ...layers],
      input_layers: ['x', 0, 0],
      output_layers: output,
    },
    registered_name: 'Functional',
  };
}

function keras3Layer(className: string, name: string, args: JsonValue[], kwargs = {}): JsonValue {
  return {
    module: 'keras.layers',
    class_name: className,
    config: { name, trainable: true },
    registered_name: null,
    name,
    inbound_nodes: [{ args, kwargs }],
  };
}

test('a Keras 1 layer gets the argument names of Keras 2', () => {
  const layers = upgradedLayers({
    class_name: 'Sequential',
    config: [
      {
        class_name: 'Convolution2D',
        config: {
          name: 'c',
          batch_input_shape: [null, 3, 8, 8],
          input_dtype: 'float32',
          nb_filter: 4,
          nb_row: 3,
          nb_col: 5,
          init: 'uniform',
          border_mode: 'same',
          subsample: [2, 2],
          dim_ordering: 'th',
          W_regularizer: { name: 'L1L2Regularizer', l1: 0, l2: 0.01 },
          W_constraint: { name: 'MaxNorm', m: 3, axis: 0 },
          bias: true,
        },
      },
    ],
  });
  expect(layers).toEqual([
    {
      class_name: 'Conv2D',
      config: {
        name: 'c',
        batch_input_shape: [null, 3, 8, 8],
        filters: 4,
        kernel_size: [3, 5],
        kernel_initializer: 'uniform',
        padding: 'same',
        strides: [2, 2],
        data_format: 'channels_first',
        kernel_regularizer: { class_name: 'L1L2', config: { l1: 0, l2: 0.01 } },
        kernel_constraint: { class_name: 'MaxNorm', config: { max_value: 3, axis: 0 } },
        use_bias: true,
      },
    },
  ]);
});

test('a Keras 1 recurrent layer takes its input shape from input_dim and input_length', () => {
  const config = {
    name: 'l',
    output_dim: 2,
    input_dim: 3,
    input_length: 5,
    forget_bias_init: 'one',
    inner_activation: 'hard_sigmoid',
    consume_less: 'cpu',
    dropout_W: 0.5,
  };
  expect(
    upgradedLayers({ class_name: 'Sequential', config: [{ class_name: 'LSTM', config }] }),
  ).toEqual([
    {
      class_name: 'LSTM',
      config: {
        name: 'l',
        units: 2,
        recurrent_activation: 'hard_sigmoid',
        dropout: 0.5,
        unit_forget_bias: true,
        batch_input_shape: [null, 5, 3],
      },
    },
  ]);
});

test('a merge of Keras 1 becomes the layer of its mode', () => {
  const merge = (mode: string): JsonValue => ({
    class_name: 'Merge',
    config: { name: 'm', mode, concat_axis: 1, dot_axes: 2 },
    name: 'm',
    inbound_nodes: [],
  });
  expect(upgradeValue(merge('concat'), 'keras-1')).toMatchObject({
    class_name: 'Concatenate',
    config: { name: 'm', axis: 1 },
  });
  expect(upgradeValue(merge('cos'), 'keras-1')).toMatchObject({
    class_name: 'Dot',
    config: { name: 'm', axes: 2, normalize: true },
  });
});

test.each([
  ['BatchNormalization', { name: 'b', mode: 1 }],
  ['Embedding', { name: 'e', dropout: 0.5 }],
  ['MaxoutDense', { name: 'd', output_dim: 2 }],
  ['Merge', { name: 'm', mode: ['code'] }],
])('a %s of Keras 1 without counterpart is refused with its path', (className, config) => {
  const model = { class_name: 'Sequential', config: [{ class_name: className, config }] };
  expect(() => upgradeValue(model, 'keras-1')).toThrow(
    expect.objectContaining({ code: 'KM_UNSUPPORTED', path: 'config[0]' }),
  );
});

test('TimeDistributedDense becomes a wrapped Dense', () => {
  const config = { name: 't', output_dim: 2, input_dim: 3, input_length: null };
  expect(upgradeValue({ class_name: 'TimeDistributedDense', config }, 'keras-1')).toEqual({
    class_name: 'TimeDistributed',
    config: {
      name: 't',
      trainable: true,
      batch_input_shape: [null, null, 3],
      layer: { class_name: 'Dense', config: { name: 't', units: 2 } },
    },
  });
});

test('a Keras 3 input and its policies are spelled as in Keras 2', () => {
  const dense = {
    module: 'keras.layers',
    class_name: 'Dense',
    config: {
      name: 'd',
      dtype: {
        module: 'keras',
        class_name: 'DTypePolicy',
        config: { name: 'float32' },
        registered_name: null,
      },
      units: 2,
      activation: 'silu',
      quantization_config: null,
    },
    registered_name: null,
    build_config: { input_shape: [null, 4] },
    name: 'd',
    inbound_nodes: [{ args: [tensor('x')], kwargs: {} }],
  };
  expect(upgradedLayers(keras3([dense], ['d', 0, 0]))).toEqual([
    {
      class_name: 'InputLayer',
      config: { batch_input_shape: [null, 4], dtype: 'float32', sparse: false, name: 'x' },
      name: 'x',
      inbound_nodes: [],
    },
    {
      class_name: 'Dense',
      config: { name: 'd', dtype: 'float32', units: 2, activation: 'swish' },
      build_config: { input_shape: [null, 4] },
      name: 'd',
      inbound_nodes: [[['x', 0, 0, {}]]],
    },
  ]);
});

test('positional tensors of Keras 3 become named arguments', () => {
  const attention = keras3Layer('MultiHeadAttention', 'm', [tensor('x'), tensor('x')]);
  expect(upgradedLayers(keras3([attention], ['m', 0, 0]))).toMatchObject([
    {},
    { inbound_nodes: [[['x', 0, 0, { value: ['x', 0, 0] }]]] },
  ]);
});

test('a positional argument whose name is not known is refused', () => {
  const custom = keras3Layer('Mine', 'm', [tensor('x'), tensor('x')]);
  expect(() => upgradeModelConfig(keras3([custom], ['m', 0, 0]))).toThrow(
    expect.objectContaining({ code: 'KM_UNSUPPORTED', path: 'config.layers[1].inbound_nodes[0]' }),
  );
});

test('operations of Keras 3 become TFOpLambda layers that keep their constants', () => {
  const text = `{"module": "keras.src.ops.numpy", "class_name": "Add", "config": {"name": "add"},
    "registered_name": "Add", "name": "add", "inbound_nodes": [{"args": [${JSON.stringify(tensor('x'))}, 1.0], "kwargs": {}}]}`;
  const [, layer] = upgradedLayers(keras3([parseConfig(text)], ['add', 0, 0])) as JsonValue[];
  expect(printConfig(layer)).toBe(
    '{"class_name": "TFOpLambda", "config": {"name": "add", "trainable": true, "dtype": "float32", ' +
      '"function": "__operators__.add"}, "name": "add", "inbound_nodes": [["x", 0, 0, {"y": 1.0}]]}',
  );
});

test('an operation that TensorFlow lacks is refused by name', () => {
  const op = {
    module: 'keras.src.ops.numpy',
    class_name: 'Vander',
    config: { name: 'v' },
    registered_name: 'Vander',
    name: 'v',
    inbound_nodes: [{ args: [tensor('x')], kwargs: {} }],
  };
  expect(() => upgradeModelConfig(keras3([op], ['v', 0, 0]))).toThrow(
    /operation Vander of Keras 3/,
  );
});

test('calls of a nested model are counted from 1', () => {
  const nested = {
    module: 'keras',
    class_name: 'Sequential',
    config: {
      name: 'n',
      layers: [
        {
          module: 'keras.layers',
          class_name: 'InputLayer',
          config: { batch_shape: [null, 4] },
          registered_name: null,
        },
      ],
    },
    registered_name: null,
    name: 'n',
    inbound_nodes: [{ args: [tensor('x')], kwargs: { mask: null } }],
  };
  const after = keras3Layer('Dense', 'd', [tensor('n')]);
  const { config } = upgradeModelConfig(
    keras3(
      [nested, after],
      [
        ['n', 0, 0],
        ['d', 0, 0],
      ],
    ),
  );
  expect(config).toMatchObject({
    layers: [{}, { inbound_nodes: [[['x', 0, 0, {}]]] }, { inbound_nodes: [[['n', 1, 0, {}]]] }],
    output_layers: [
      ['n', 1, 0],
      ['d', 0, 0],
    ],
  });
});

test('registered classes are looked up by their package, whatever the module', () => {
  const scale = {
    module: null,
    class_name: 'Scale',
    config: { name: 's' },
    registered_name: 'Demo>Scale',
  };
  expect(upgradedLayers(sequential(scale))).toEqual([
    { class_name: 'Demo>Scale', config: { name: 's' } },
  ]);
});

test('an old Sequential with a bare list and a Model are spelled as today', () => {
  const model = {
    class_name: 'Model',
    config: {
      name: 'm',
      layers: [{ class_name: 'Dense', config: {}, name: 'd', inbound_nodes: [[['x', 0, 0]]] }],
      input_layers: [['x', 0, 0]],
      output_layers: [['d', 0, 0]],
    },
  };
  expect(upgradeModelConfig(model)).toMatchObject({
    class_name: 'Functional',
    config: { layers: [{ inbound_nodes: [[['x', 0, 0, {}]]] }] },
  });
  expect(upgradeModelConfig({ class_name: 'Sequential', config: [] })).toEqual({
    class_name: 'Sequential',
    config: { name: null, layers: [] },
  });
});

test('upgrading a canonical configuration changes nothing', () => {
  const model = sequential({ class_name: 'Dense', config: { name: 'd', units: 2 } });
  expect(upgradeModelConfig(model)).toEqual(model);
});

test('a compile_config and a training_config become one form', () => {
  expect(upgradeTrainingConfig({ optimizer: 'adam', loss: 'mse' })).toEqual({
    optimizer_config: 'adam',
    loss: 'mse',
  });
  const old = { optimizer_config: { class_name: 'SGD', config: { lr: 0.01 } }, loss: 'mse' };
  expect(upgradeTrainingConfig(old)).toEqual({
    optimizer_config: { class_name: 'SGD', config: { learning_rate: 0.01 } },
    loss: 'mse',
  });
});

test.each([
  [sequential({ class_name: 'Dense', config: { units: 2 } }), undefined, 'keras-2'],
  [sequential({ class_name: 'Flatten', config: {} }), '1.2.2', 'keras-1'],
  [sequential({ class_name: 'Dense', config: { W_regularizer: null } }), undefined, 'keras-1'],
  [
    sequential({
      module: 'tf_keras.layers',
      class_name: 'Dense',
      config: {},
      registered_name: null,
    }),
    undefined,
    'tf_keras',
  ],
  [sequential({ class_name: 'Flatten', config: {} }), '2.19.0', 'tf_keras'],
  [sequential({ class_name: 'Flatten', config: {} }), '2.15.0', 'keras-2'],
  [sequential({ class_name: 'InputLayer', config: { batch_shape: [null] } }), '3.15.1', 'keras-3'],
] as const)('dialect %#', (model, kerasVersion, dialect) => {
  expect(detectDialect(model, { kerasVersion })).toBe(dialect);
});

test('the widest form leaves out what TensorFlow 2.4 refuses, where it says nothing', () => {
  const pool = (keepdims: boolean): JsonValue => ({
    module: 'keras.layers',
    class_name: 'GlobalMaxPooling1D',
    config: { name: 'g', keepdims },
    registered_name: null,
    build_config: { input_shape: [null, 2, 3] },
  });
  expect(toWidestForm(pool(false))).toEqual({
    class_name: 'GlobalMaxPooling1D',
    config: { name: 'g' },
  });
  expect(toWidestForm(pool(true))).toMatchObject({ config: { keepdims: true } });
});

test('the v3 form spells a functional model in the way that is not tied to a release', () => {
  const model = {
    class_name: 'Functional',
    config: {
      name: 'f',
      layers: [
        {
          class_name: 'BatchNormalization',
          config: { axis: [3], batch_input_shape: [null, 4] },
          name: 'b',
          inbound_nodes: [],
        },
        {
          class_name: 'Demo>Scale',
          config: { dtype: { class_name: 'Policy', config: { name: 'mixed_float16' } } },
        },
      ],
    },
  };
  expect(toKerasV3(model, { compileConfig: { optimizer: 'adam' } })).toEqual({
    module: 'keras',
    class_name: 'Model',
    registered_name: null,
    config: {
      name: 'f',
      layers: [
        {
          module: 'keras.layers',
          class_name: 'BatchNormalization',
          registered_name: null,
          config: { axis: 3 },
          name: 'b',
          inbound_nodes: [],
        },
        {
          module: null,
          class_name: 'Demo>Scale',
          registered_name: 'Demo>Scale',
          config: { dtype: 'mixed_float16' },
        },
      ],
    },
    compile_config: { optimizer: 'adam' },
  });
});

test('whole floats keep their point through an upgrade', () => {
  const text =
    '{"class_name": "Sequential", "config": [{"class_name": "Dropout", "config": {"p": 1.0, "name": "d"}}]}';
  expect(printConfig(upgradeModelConfig(parseConfig(text), { kerasVersion: '1.2.2' }))).toBe(
    '{"class_name": "Sequential", "config": {"name": null, "layers": [{"class_name": "Dropout", "config": {"rate": 1.0, "name": "d"}}]}}',
  );
});

test.each([
  [null, ''],
  [{ class_name: 'Sequential' }, ''],
])('%j is not a model', (value, path) => {
  try {
    upgradeModelConfig(value);
    throw new Error('accepted');
  } catch (error) {
    expect(isKmError(error, 'KM_MALFORMED')).toBe(true);
    expect(error).toMatchObject({ path: path === '' ? 'configuration' : path });
  }
});

test.each([
  ['args', [{ kwargs: {} }], 'config.layers[1].inbound_nodes[0].args'],
  ['node', [3], 'config.layers[1].inbound_nodes[0]'],
  [
    'history',
    [{ args: [{ class_name: '__keras_tensor__', config: { keras_history: [{}, 0, 0] } }] }],
    'config.layers[1].inbound_nodes[0].keras_history[0]',
  ],
] as const)('a Keras 3 node with a bad %s is refused with its path', (_name, nodes, path) => {
  const layer = { ...(keras3Layer('Dense', 'd', []) as object), inbound_nodes: nodes } as JsonValue;
  expect(() => upgradeModelConfig(keras3([layer], ['d', 0, 0]))).toThrow(
    expect.objectContaining({ code: 'KM_MALFORMED', path }),
  );
});
