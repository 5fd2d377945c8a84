import {
  decodeInboundNodes,
  dtypeName,
  encodeInboundNodes,
  formatPath,
  type JsonValue,
  parseConfig,
  printConfig,
  readModelConfig,
  readTrainingConfig,
  requireInteger,
  requireShape,
} from '@km/keras-config';

const tensor = (layer: string, node: number, index: number) =>
  ({ kind: 'tensor', layer, node, tensor: index }) as const;

test.each([
  ['one tensor', '[[["bi", 0, 0, {}]]]', false],
  ['a shared layer', '[[["a", 0, 0, {}]], [["b", 0, 0, {}]]]', false],
  ['a list of tensors', '[[["shared", 0, 0, {}], ["shared", 1, 0, {}]]]', false],
  ['a tensor in kwargs', '[[["q", 0, 0, {"value": ["v", 0, 0]}]]]', false],
  ['an operation', '[["x", 0, 0, {"y": 1.0, "name": null}]]', true],
  ['a constant', '[["_CONSTANT_VALUE", -1, 3.0, {"y": ["tf.concat", 0, 0], "name": null}]]', true],
  ['a slice', '[["x", 0, 0, {"slice_spec": [{"start": null, "stop": 2, "step": null}]}]]', true],
  ['nothing', '[]', false],
])('nodes with %s decode and encode to the same text', (_name, text, isOperation) => {
  const calls = decodeInboundNodes(parseConfig(text), []);
  expect(printConfig(encodeInboundNodes(calls, isOperation))).toBe(text);
});

test('a call knows its tensors at any depth of its arguments', () => {
  const nodes = parseConfig('[[["q", 0, 0, {"states": [["h", 1, 0], ["c", 1, 1]], "n": 2}]]]');
  expect(decodeInboundNodes(nodes, [])).toEqual([
    {
      inputs: tensor('q', 0, 0),
      kwargs: new Map<string, unknown>([
        ['states', { kind: 'list', items: [tensor('h', 1, 0), tensor('c', 1, 1)] }],
        ['n', { kind: 'constant', value: 2 }],
      ]),
    },
  ]);
});

test('a dict of tensors is one first argument', () => {
  const [call] = decodeInboundNodes(
    parseConfig('[{"u": ["u", 0, 0, {}], "v": ["v", 0, 0, {}]}]'),
    [],
  );
  expect(call?.inputs).toEqual({
    kind: 'dict',
    entries: new Map([
      ['u', tensor('u', 0, 0)],
      ['v', tensor('v', 0, 0)],
    ]),
  });
});

const functional = (layers: JsonValue): JsonValue => ({
  class_name: 'Functional',
  config: { name: 'f', layers, input_layers: [['x', 0, 0]], output_layers: { y: ['d', 0, 0] } },
});

test('a functional model is read with its layers, calls and ends', () => {
  const model = readModelConfig(
    functional([
      { class_name: 'InputLayer', config: {}, name: 'x', inbound_nodes: [] },
      { class_name: 'Dense', config: {}, name: 'd', inbound_nodes: [[['x', 0, 0, {}]]] },
    ]),
  );
  expect(model).toMatchObject({
    kind: 'functional',
    name: 'f',
    layers: [
      { name: 'x', calls: [] },
      { name: 'd', calls: [{ inputs: tensor('x', 0, 0) }] },
    ],
    inputs: { kind: 'list', items: [tensor('x', 0, 0)] },
    outputs: { kind: 'dict', entries: new Map([['y', tensor('d', 0, 0)]]) },
  });
});

test.each([
  [functional([{ class_name: 'Dense', config: {} }]), 'config.layers[0].name'],
  [functional([{ config: {} }]), 'config.layers[0]'],
  [functional(3), 'config.layers'],
  [
    functional([{ class_name: 'Dense', config: {}, name: 'd', inbound_nodes: [[['x', 'y', 0]]] }]),
    'config.layers[0].inbound_nodes[0]',
  ],
  [{ class_name: 'Sequential', config: null }, 'config'],
])('a broken model is refused with its path %#', (model, path) => {
  expect(() => readModelConfig(model)).toThrow(
    expect.objectContaining({ code: 'KM_MALFORMED', path, message: expect.stringContaining(path) }),
  );
});

test('a model without an architecture says to pass its class', () => {
  expect(() => readModelConfig({ class_name: 'MyModel', config: {} })).toThrow(
    /MyModel .* custom_objects/,
  );
});

test('errors write their path as code does', () => {
  expect(formatPath(['config', 'layers', 3, 'config', 'a key'])).toBe(
    'config.layers[3].config["a key"]',
  );
  expect(() => requireInteger(1.5, ['config', 'layers', 3, 'config', 'units'])).toThrow(
    'config.layers[3].config.units: expected an integer, found the number 1.5',
  );
});

test.each([
  ['[null, 4]', [null, 4]],
  ['{"class_name": "__tuple__", "items": [2, null]}', [2, null]],
  ['{"class_name": "TensorShape", "items": [null, 3]}', [null, 3]],
  ['null', null],
  ['[]', []],
])('the shape %s is read', (text, shape) => {
  expect(requireShape(parseConfig(text), [])).toEqual(shape);
});

test('a shape with a fraction is refused', () => {
  expect(() => requireShape([2, 0.5], ['shape'])).toThrow(/shape\[1\]/);
});

test('a dtype has one name in all its forms', () => {
  expect(dtypeName('float32')).toBe('float32');
  expect(dtypeName({ class_name: 'Policy', config: { name: 'mixed_float16' } })).toBe(
    'mixed_float16',
  );
  expect(dtypeName(null)).toBeUndefined();
});

test('a training config has null for what is absent', () => {
  const config = readTrainingConfig({
    loss: 'mse',
    optimizer_config: { class_name: 'SGD', config: {} },
  });
  expect(config).toMatchObject({
    loss: 'mse',
    metrics: null,
    optimizer_config: { class_name: 'SGD' },
  });
  expect(() => readTrainingConfig({ optimizer_config: 3 })).toThrow(
    /training_config.optimizer_config/,
  );
});
