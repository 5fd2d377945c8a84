/**
 * Times how long loading takes with `@km` and with TensorFlow: `npm run build && node benchmarks/load-model.mjs
 * [--rounds 5] [--models FOLDER]`. First a process that starts, loads an HDF5 file and predicts once, from its start to its
 * end; then `load_model` alone in a process that has loaded the file before. Both take turns; times are medians, ratios
 * are medians of the ratios of each turn. KM_ORACLE_HOME names the folder of the pythons.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { makeModels, median, needPython, pythonEnv } from './python.mjs';

const MODELS = [
  { name: 'MobileNetV2', file: 'mobilenet_v2.h5', shape: [1, 224, 224, 3] },
  { name: 'ResNet50', file: 'resnet50.h5', shape: [1, 224, 224, 3] },
  { name: 'LSTM', file: 'lstm.h5', shape: [1, 100, 128] },
];
const WARM_LOADS = 5;

const kmCold = (file, shape) => `
import { models } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
const model = await models.load_model(${JSON.stringify(file)});
const y = await model.predict_on_batch(tf.ones(${JSON.stringify(shape)}));
console.log(y.dataSync()[0]);`;

const pythonCold = (file, shape) => `
import numpy as np
import tensorflow as tf
model = tf.keras.models.load_model(${JSON.stringify(file)})
print(model.predict_on_batch(np.ones(${JSON.stringify(shape)}, np.float32)).ravel()[0])`;

const kmWarm = (file) => `
import { models } from '@km/keras';
const times = [];
for (let i = -1; i < ${WARM_LOADS}; i += 1) {
  const begin = performance.now();
  await models.load_model(${JSON.stringify(file)});
  if (i >= 0) times.push((performance.now() - begin) / 1000);
}
console.log(JSON.stringify(times));`;

const pythonWarm = (file) => `
import json, time
import tensorflow as tf
times = []
for i in range(-1, ${WARM_LOADS}):
    begin = time.perf_counter()
    tf.keras.models.load_model(${JSON.stringify(file)})
    if i >= 0:
        times.append(time.perf_counter() - begin)
print(json.dumps(times))`;

function run(command, args) {
  const begin = performance.now();
  const options = { encoding: 'utf8', env: pythonEnv, cwd: import.meta.dirname };
  const done = spawnSync(command, args, options);
  const seconds = (performance.now() - begin) / 1000;
  if (done.status !== 0) throw new Error(`${command} failed: ${done.stderr}`);
  return { seconds, output: JSON.parse(done.stdout.trim().split('\n').at(-1)) };
}

const runNode = (code) => run(process.execPath, ['--input-type=module', '-e', code]);

function report(what, km, tensorflow) {
  const ratios = km.map((seconds, i) => tensorflow[i] / seconds);
  const ms = (times) => `${(1000 * median(times)).toFixed(0)} ms`.padStart(9);
  console.log(
    `${what.padEnd(40)} ${ms(km)} ${ms(tensorflow)}   ${median(ratios).toFixed(1)} times as fast`,
  );
}

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, models: { type: 'string' } },
});
const rounds = Number(values.rounds);
const python = needPython();
const folder = values.models ?? mkdtempSync(path.join(tmpdir(), 'load-model-'));
makeModels(folder, python);
console.log(`load of the machine at the start ${loadavg()[0].toFixed(1)}`);
console.log(`${'median'.padEnd(40)} ${'@km'.padStart(9)} ${'TF'.padStart(9)}`);
try {
  for (const { name, file, shape } of MODELS) {
    const source = path.join(folder, file);
    const cold = { km: [], tensorflow: [] };
    // The first round only brings the files into the memory of the system.
    for (let round = -1; round < rounds; round += 1) {
      const km = runNode(kmCold(source, shape));
      const tensorflow = run(python, ['-c', pythonCold(source, shape)]);
      if (Math.abs(km.output - tensorflow.output) > 1e-4)
        throw new Error(`${name}: predictions differ, ${km.output} and ${tensorflow.output}`);
      if (round < 0) continue;
      cold.km.push(km.seconds);
      cold.tensorflow.push(tensorflow.seconds);
    }
    report(`${name}: cold process to prediction`, cold.km, cold.tensorflow);
    const warm = { km: [], tensorflow: [] };
    for (let round = 0; round < rounds; round += 1) {
      warm.km.push(median(runNode(kmWarm(source)).output));
      warm.tensorflow.push(median(run(python, ['-c', pythonWarm(source)]).output));
    }
    report(`${name}: load_model in a warm process`, warm.km, warm.tensorflow);
  }
} finally {
  if (values.models === undefined) rmSync(folder, { recursive: true });
}
console.log(`load of the machine at the end ${loadavg()[0].toFixed(1)}`);
