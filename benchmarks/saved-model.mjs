/**
 * Times SavedModels with `@km` and with TensorFlow: `npm run build && node benchmarks/saved-model.mjs [--rounds 5]
 * [--models FOLDER] [MODEL…]`. Saving and loading as SavedModel in processes that have done it before, the sizes of the
 * directories, a signature beside the same model run layer by layer, and a function of 10,000 nodes. Processes take
 * turns; times are medians, ratios are medians of the ratios of each turn. KM_ORACLE_HOME names the folder of the pythons.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { makeModels, median, needPython, pythonEnv } from './python.mjs';

const MODELS = [
  { name: 'MobileNetV2', file: 'mobilenet_v2', shape: [1, 224, 224, 3] },
  { name: 'ResNet50', file: 'resnet50', shape: [1, 224, 224, 3] },
  { name: 'LSTM', file: 'series_lstm', shape: [32, 500, 1] },
];
const REPEATS = 3;
const STEPS = 15;

const kmSaveAndLoad = (h5, directory) => `
import { models } from '@km/keras';
const model = await models.load_model(${JSON.stringify(h5)});
const [save, load] = [[], []];
for (let i = -1; i < ${REPEATS}; i += 1) {
  const begin = performance.now();
  await models.save_model(model, ${JSON.stringify(directory)}, { save_format: 'tf' });
  const middle = performance.now();
  await models.load_model(${JSON.stringify(directory)});
  if (i < 0) continue;
  save.push((middle - begin) / 1000);
  load.push((performance.now() - middle) / 1000);
}
console.log(JSON.stringify({ save, load }));`;

const pythonSaveAndLoad = (h5, directory) => `
import json, time
import tensorflow as tf
model = tf.keras.models.load_model(${JSON.stringify(h5)})
save, load = [], []
for i in range(-1, ${REPEATS}):
    begin = time.perf_counter()
    tf.keras.models.save_model(model, ${JSON.stringify(directory)}, save_format="tf")
    middle = time.perf_counter()
    tf.keras.models.load_model(${JSON.stringify(directory)})
    if i >= 0:
        save.append(middle - begin)
        load.append(time.perf_counter() - middle)
print(json.dumps({"save": save, "load": load}))`;

const kmSteps = (h5, directory, shape) => `
import { models, saved_model } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
const model = await models.load_model(${JSON.stringify(h5)});
const { signatures } = await saved_model.load(${JSON.stringify(directory)});
const shape = ${JSON.stringify(shape)};
const x = tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(i)), shape);
const signature = signatures.serving_default;
const [{ name }] = signature.inputs;
const steps = {
  layers: async () => await model.predict_on_batch(x),
  graph: async () => Object.values(await signature({ [name]: x }))[0],
};
const times = { layers: [], graph: [] };
const heads = {};
let tensors = 0;
for (let i = -3; i < ${STEPS}; i += 1) {
  for (const [way, step] of Object.entries(steps)) {
    const begin = performance.now();
    const y = await step();
    heads[way] = [...(await y.data()).slice(0, 10)];
    const seconds = (performance.now() - begin) / 1000;
    y.dispose();
    if (i >= 0) times[way].push(seconds);
  }
  if (i === 0) tensors = tf.memory().numTensors;
}
const difference = Math.max(...heads.layers.map((value, i) => Math.abs(value - heads.graph[i])));
console.log(JSON.stringify({ ...times, difference, leaked: tf.memory().numTensors - tensors }));`;

/** A chain of additions and constants. */
const makeNodes = (directory) => `
import tensorflow as tf
@tf.function(input_signature=[tf.TensorSpec([4], tf.float32)])
def run(x):
    for i in range(5000):
        x = x + tf.constant(float(i % 7), tf.float32)
    return {"y": x}
module = tf.Module()
module.run = run
tf.saved_model.save(module, ${JSON.stringify(directory)}, signatures=run)
print(len(run.get_concrete_function().graph.get_operations()))`;

const kmNodes = (directory) => `
import { ready, saved_model } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
await ready();
const times = [];
for (let i = 0; i < 3; i += 1) {
  const begin = performance.now();
  const loaded = await saved_model.load(${JSON.stringify(directory)});
  const loadedAt = performance.now();
  const result = await loaded.signatures.serving_default({ x: tf.zeros([4]) });
  times.push([(loadedAt - begin) / 1000, (performance.now() - loadedAt) / 1000, Object.values(result)[0].dataSync()[0]]);
}
console.log(JSON.stringify(times));`;

const pythonNodes = (directory) => `
import json, time
import tensorflow as tf
times = []
for i in range(3):
    begin = time.perf_counter()
    loaded = tf.saved_model.load(${JSON.stringify(directory)})
    middle = time.perf_counter()
    y = loaded.signatures["serving_default"](x=tf.zeros([4]))["y"].numpy()
    times.append([middle - begin, time.perf_counter() - middle, float(y[0])])
print(json.dumps(times))`;

function run(command, args) {
  const options = { encoding: 'utf8', env: pythonEnv, cwd: import.meta.dirname };
  const done = spawnSync(command, args, options);
  if (done.status !== 0) throw new Error(`${command} failed: ${done.stderr}`);
  return JSON.parse(done.stdout.trim().split('\n').at(-1));
}

const runNode = (code) => run(process.execPath, ['--input-type=module', '-e', code]);

function sizeOf(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
}

const ms = (times) => `${(1000 * median(times)).toFixed(1)} ms`.padStart(11);

function report(what, km, tensorflow) {
  const ratio = median(km.map((seconds, i) => tensorflow[i] / seconds));
  console.log(`${what.padEnd(34)} ${ms(km)} ${ms(tensorflow)}   ${ratio.toFixed(1)} times as fast`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, models: { type: 'string' } },
});
const rounds = Number(values.rounds);
const python = needPython();
const runPython = (code) => run(python, ['-c', code]);
const folder = values.models ?? mkdtempSync(path.join(tmpdir(), 'saved-model-'));
mkdirSync(folder, { recursive: true });
const chosen = (name) => positionals.length === 0 || positionals.includes(name);

function measureModel({ name, file, shape }) {
  const h5 = path.join(folder, `${file}.h5`);
  const [ours, theirs] = ['km', 'tf'].map((by) => path.join(folder, `${file}-${by}`));
  const times = { save: [[], []], load: [[], []] };
  for (let round = 0; round < rounds; round += 1) {
    const km = runNode(kmSaveAndLoad(h5, ours));
    const tensorflow = runPython(pythonSaveAndLoad(h5, theirs));
    for (const step of ['save', 'load']) {
      times[step][0].push(median(km[step]));
      times[step][1].push(median(tensorflow[step]));
    }
  }
  for (const step of ['save', 'load']) report(`${name}: ${step}_model`, ...times[step]);
  const sizes = [sizeOf(ours), sizeOf(theirs)];
  console.log(
    `${name}: bytes of the directory        ${sizes.join(' and ')}   ${(sizes[0] / sizes[1]).toFixed(3)}`,
  );
  for (const [by, directory] of [
    ['@km', ours],
    ['TensorFlow', theirs],
  ]) {
    const { layers, graph, difference, leaked } = runNode(kmSteps(h5, directory, shape));
    const ratio = median(graph.map((seconds, i) => seconds / layers[i]));
    console.log(
      `${`${name}: signature by ${by}`.padEnd(34)} ${ms(graph)} ${ms(layers)}   ${ratio.toFixed(2)} times the layers' time; difference ${difference.toExponential(1)}, ${leaked} tensors more`,
    );
  }
}

function measureNodes() {
  const directory = path.join(folder, 'nodes');
  const nodes = runPython(makeNodes(directory));
  const [km, tensorflow] = [runNode(kmNodes(directory)), runPython(pythonNodes(directory))];
  if (km[0][2] !== tensorflow[0][2]) throw new Error('results of the long function differ');
  const column = (rows, i) => rows.map((row) => row[i]);
  report(`${nodes} nodes: load, first time`, [km[0][0]], [tensorflow[0][0]]);
  report(`${nodes} nodes: load`, column(km, 0), column(tensorflow, 0));
  report(`${nodes} nodes: first call`, column(km, 1), column(tensorflow, 1));
}

makeModels(folder, python);
console.log(`load of the machine at the start ${loadavg()[0].toFixed(1)}`);
console.log(`${'median'.padEnd(34)} ${'@km'.padStart(11)} ${'TF'.padStart(11)}`);
try {
  for (const model of MODELS) if (chosen(model.name)) measureModel(model);
  if (chosen('nodes')) measureNodes();
} finally {
  if (values.models === undefined) rmSync(folder, { recursive: true });
}
console.log(`load of the machine at the end ${loadavg()[0].toFixed(1)}`);
