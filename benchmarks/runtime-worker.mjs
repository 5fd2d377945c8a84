/**
 * Runs steps of models with `@km` or tfjs-layers: `node benchmarks/runtime-worker.mjs km|tfjs FOLDER BACKEND`. Each line
 * of the input asks for one step, each line of the output says how many seconds it took.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';

const [library, folder, backend] = process.argv.slice(2);

/** Values that TensorFlow's worker makes as well. */
function wave(shape, limit) {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = Array.from({ length: size }, (_, i) => Math.sin(i));
  return limit > 0
    ? Int32Array.from(values, (value) => Math.floor(Math.abs(value) * limit))
    : Float32Array.from(values);
}

async function startKm() {
  const km = await import('@km/keras');
  await km.ready(backend);
  const crossentropy = new km.losses.SparseCategoricalCrossentropy({ from_logits: true });
  return async ({ model: name, loss }) => {
    const model = await km.models.load_model(path.join(folder, `${name}.h5`), { compile: false });
    const lossFunction = loss === 'mse' ? 'mse' : crossentropy;
    if (loss !== undefined) model.compile({ optimizer: 'adam', loss: lossFunction });
    return {
      predict: async (x) => headOf(await model.predict_on_batch(x)),
      train: async (x, y) => [await model.train_on_batch(x, y)].flat(),
    };
  };
}

/** The configuration and the weights of a file as tfjs-layers loads them. */
async function artifactsOf(file) {
  const { readModelH5 } = await import('@km/hdf5');
  const { modelConfig, layers } = await readModelH5(file);
  const weightSpecs = [];
  const parts = [];
  for (const { name, tensor } of layers.flatMap(({ weights }) => weights)) {
    const { data, shape, dtype } = await tensor.read();
    weightSpecs.push({ name: name.replace(/:0$/, ''), shape, dtype });
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  const weightData = Uint8Array.from(Buffer.concat(parts)).buffer;
  return { modelTopology: JSON.parse(modelConfig), weightSpecs, weightData };
}

/** What tfjs-layers needs to train, which tfjs publishes for bundlers only. */
async function importExtras() {
  const { build } = await import('esbuild');
  const out = mkdtempSync(path.join(tmpdir(), 'km-bench-'));
  const outfile = path.join(out, 'extras.cjs');
  const core = '@tensorflow/tfjs-core/dist';
  const contents = `import '${core}/register_all_gradients'; import '${core}/public/chained_ops/register_all_chained_ops';`;
  await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    platform: 'node',
    outfile,
    logLevel: 'error',
  });
  createRequire(import.meta.url)(outfile);
  rmSync(out, { recursive: true });
}

async function startTfjs() {
  await import(`@tensorflow/tfjs-backend-${backend}`);
  await importExtras();
  const { loadLayersModel } = await import('@tensorflow/tfjs-layers');
  await tf.setBackend(backend);
  return async ({ model: name, loss }) => {
    const artifacts = await artifactsOf(path.join(folder, `${name}.h5`));
    const model = await loadLayersModel({ load: async () => artifacts });
    const lossFunction = loss === 'mse' ? 'meanSquaredError' : 'sparseCategoricalCrossentropy';
    if (loss !== undefined) model.compile({ optimizer: 'adam', loss: lossFunction });
    return {
      predict: async (x) => headOf(model.predictOnBatch(x)),
      train: async (x, y) => [await model.trainOnBatch(x, y)].flat(),
    };
  };
}

function headOf(output) {
  const values = output.dataSync();
  output.dispose();
  return [...values.slice(0, 10)];
}

async function prepare(load, request) {
  const { input, limit = 0, target, classes = 0 } = request;
  const steps = await load(request);
  const x = tf.tensor(wave(input, limit), input, limit > 0 ? 'int32' : 'float32');
  const y = tf.tensor(wave(target, classes), target);
  return { predict: () => steps.predict(x), train: () => steps.train(x, y) };
}

const load = await (library === 'km' ? startKm() : startTfjs());
let loaded = '';
let steps = {};
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  try {
    if (request.model !== loaded) steps = await prepare(load, request);
    loaded = request.model;
    const before = tf.memory().numTensors;
    const begin = performance.now();
    const head = await steps[request.step]();
    const seconds = (performance.now() - begin) / 1000;
    console.log(JSON.stringify({ seconds, head, leaked: tf.memory().numTensors - before }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error.message).split('\n')[0] }));
  }
}
