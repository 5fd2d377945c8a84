/** The Fashion-MNIST walk of the Keras guide: train, save, come back four ways; and a model that TensorFlow wrote. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { layers, losses, models, optimizers, ready, Sequential } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import Table from 'cli-table3';
import { type Images, readImages } from './images.ts';

const TRAIN = 1024;
const TEST = 512;

function buildModel(): Sequential {
  const model = new Sequential([
    new layers.Flatten({ input_shape: [28, 28] }),
    new layers.Dense({ units: 128, activation: 'relu' }),
    new layers.Dropout({ rate: 0.2 }),
    new layers.Dense({ units: 10 }),
  ]);
  model.compile({
    optimizer: new optimizers.RMSprop({ learning_rate: 0.1 }),
    loss: new losses.SparseCategoricalCrossentropy({ from_logits: true }),
    metrics: ['accuracy'],
  });
  return model;
}

type Figures = readonly [string, number, number];

async function evaluate(name: string, model: models.Model, test: Images): Promise<Figures> {
  const [loss = Number.NaN, accuracy = Number.NaN] = (await model.evaluate(test.x, test.y, {
    verbose: 0,
  })) as number[];
  return [name, loss, accuracy];
}

async function walk(folder: string): Promise<readonly Figures[]> {
  const [train, test] = readImages(folder, TRAIN, TEST);
  const out = path.join(folder, 'models');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });

  const model = buildModel();
  const rows = [await evaluate('before training', model, test)];
  await model.fit(train.x, train.y, { batch_size: 256, epochs: 10, validation_split: 0.5 });
  rows.push(await evaluate('after training', model, test));

  const weights = path.join(out, 'weights.h5');
  const checkpoint = path.join(out, 'checkpoint', 'weights');
  const whole = path.join(out, 'model.h5');
  const directory = path.join(out, 'model');
  await model.save_weights(weights);
  await model.save_weights(checkpoint);
  await model.save(whole);
  await model.save(directory);

  for (const [name, place] of [
    ['weights as HDF5, fresh model', weights],
    ['weights as checkpoint, fresh model', checkpoint],
  ] as const) {
    const fresh = buildModel();
    await fresh.load_weights(place);
    rows.push(await evaluate(name, fresh, test));
  }
  for (const [name, place] of [
    ['whole model as HDF5', whole],
    ['whole model as SavedModel', directory],
  ] as const) {
    rows.push(await evaluate(name, await models.load_model(place), test));
  }
  return rows;
}

function print(rows: readonly Figures[]): void {
  const table = new Table({ head: ['Fashion-MNIST', 'test loss', 'test accuracy'] });
  for (const [name, loss, accuracy] of rows) {
    table.push([name, loss.toFixed(6), accuracy.toFixed(4)]);
  }
  console.log(table.toString());
}

function checkEqual(rows: readonly Figures[]): void {
  const [, trained, ...back] = rows;
  for (const [name, loss, accuracy] of back) {
    if (loss !== trained?.[1] || accuracy !== trained[2]) {
      throw new Error(`${name}: the figures are not those after training`);
    }
  }
  console.log('Every way back gives the same figures.\n');
}

/** Loads a model that TensorFlow 2.15 wrote, compares its predictions, and trains it one step further as TensorFlow did. */
async function readTensorFlow(): Promise<void> {
  const fixtures = fileURLToPath(new URL('../../fixtures/models/tf-2.15.1/', import.meta.url));
  const expected = JSON.parse(readFileSync(path.join(fixtures, 'dense.json'), 'utf8'));
  const toTensor = (r: { data: number[]; shape: number[]; dtype: string }): tf.Tensor =>
    tf.tensor(r.data, r.shape, r.dtype.startsWith('int') ? 'int32' : 'float32');
  const x = toTensor(expected.inputs[0]);
  const y = toTensor(expected.targets[0]);
  const table = new Table({
    head: [
      'written by TensorFlow 2.15.1',
      'predictions differ by',
      'next training step: loss',
      "TensorFlow's",
    ],
  });
  for (const file of ['dense.h5', 'dense.keras', 'dense_tf']) {
    const model = await models.load_model(path.join(fixtures, file));
    const before = maxDifference(
      (await model.predict(x, { verbose: 0 })) as tf.Tensor,
      expected.outputs[0].data,
    );
    const [loss = Number.NaN] = (await model.train_on_batch(x, y)) as number[];
    table.push([file, before.toExponential(1), loss.toFixed(6), expected.step[0].toFixed(6)]);
    if (!(before < 1e-5 && Math.abs(loss - expected.step[0]) < 1e-5)) {
      throw new Error(`${file}: differs from TensorFlow`);
    }
  }
  console.log(table.toString());
}

function maxDifference(tensor: tf.Tensor, expected: readonly number[]): number {
  const values = tensor.dataSync();
  return expected.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (values[i] ?? Number.NaN))),
    0,
  );
}

const [folder = '.'] = process.argv.slice(2);
await ready();
const rows = await walk(folder);
print(rows);
checkEqual(rows);
await readTensorFlow();
