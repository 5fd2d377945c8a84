import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isKmError } from '@km/core';
import { Input, layers, models, RaggedTensor, ready } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';

let folder = '';

beforeAll(async () => {
  await ready();
  folder = mkdtempSync(join(tmpdir(), 'ragged-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Scores rows of ids, and gives the values of all rows in one tensor, too. */
function makeModel(): models.Model {
  const x = Input({ shape: [null], ragged: true, dtype: 'int32', name: 'ids' });
  const steps = new layers.Embedding({ input_dim: 8, output_dim: 3 }).apply(x);
  const values = new layers.InstanceProperty({ attr_name: 'values' }).apply(steps);
  const score = new layers.LSTM({ units: 2 }).apply(steps);
  const model = new models.Model({ inputs: x, outputs: [score, values] });
  model.compile({ optimizer: 'adam', loss: ['mse', null] });
  return model;
}

const data = (): RaggedTensor =>
  RaggedTensor.from_row_lengths(tf.tensor1d([1, 2, 3, 4], 'int32'), [3, 1]);

const predicted = (model: models.Model): number[][] =>
  model.apply<[tf.Tensor, tf.Tensor]>(data()).map((output) => [...output.dataSync()]);

test.each(['model.h5', 'model.keras'])(
  'a model of ragged inputs comes back from %s',
  async (name) => {
    const model = makeModel();
    const file = join(folder, name);
    await models.save_model(model, file);
    const again = await models.load_model(file);
    expect(again.get_config()).toEqual(model.get_config());
    expect(predicted(again)).toEqual(predicted(model));
  },
);

test('a SavedModel of ragged inputs is refused with functions, and comes back from its configs', async () => {
  const model = makeModel();
  const directory = join(folder, 'saved');
  const options = { save_format: 'tf', include_optimizer: false } as const;
  const error = await models.save_model(model, directory, options).catch((reason) => reason);
  expect(isKmError(error, 'KM_UNSUPPORTED')).toBe(true);
  expect(String(error)).toMatch(/embedding.* takes ragged tensors.*save_traces=false/);
  await models.save_model(model, directory, { ...options, save_traces: false });
  const again = await models.load_model(directory);
  expect(predicted(again)).toEqual(predicted(model));
});
