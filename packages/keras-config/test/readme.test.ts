import {
  markFloats,
  parseConfig,
  printConfig,
  readModelConfig,
  toKerasV3,
  toWidestForm,
  upgradeModelConfig,
} from '@km/keras-config';

test('the read example of the README gives what it says', () => {
  const text =
    '{"class_name": "Sequential", "config": [{"class_name": "Dense", "config": {"output_dim": 2}}]}';
  const model = readModelConfig(upgradeModelConfig(parseConfig(text), { kerasVersion: '1.2.2' }));
  expect(model.layers[0]?.object.config).toEqual({ units: 2 });
});

test('the write example of the README gives what it says', () => {
  const dense = { class_name: 'Dropout', config: { name: 'dropout', rate: 1 } };
  expect(printConfig(toWidestForm(dense))).toBe(
    '{"class_name": "Dropout", "config": {"name": "dropout", "rate": 1.0}}',
  );
  expect(printConfig(toKerasV3(dense))).toBe(
    '{"module": "keras.layers", "class_name": "Dropout", "registered_name": null, "config": {"name": "dropout", "rate": 1.0}}',
  );
  expect(printConfig(markFloats({ scale: 2 }, ['scale']))).toBe('{"scale": 2.0}');
});
