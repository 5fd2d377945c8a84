/** Saves and loads a model with the built packages, as ES modules. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { layers, models, ready, Sequential } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';

await ready();
const folder = mkdtempSync(path.join(tmpdir(), 'km-smoke-'));
try {
  const model = new Sequential([
    new layers.Dense({ units: 5, input_shape: [3] }),
    new layers.Softmax(),
  ]);
  const x = tf.ones([2, 3]);
  const before = (await model.predict(x, { verbose: 0 })).dataSync();
  for (const name of ['model.h5', 'model.keras']) {
    const file = path.join(folder, name);
    await models.save_model(model, file, { save_format: name.endsWith('keras') ? 'keras' : 'h5' });
    const after = (await (await models.load_model(file)).predict(x, { verbose: 0 })).dataSync();
    if (after.some((value, i) => value !== before[i])) throw new Error(`${name} differs`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
