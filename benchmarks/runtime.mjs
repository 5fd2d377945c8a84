/**
 * Times predictions and training steps of `@km` beside tfjs-layers on the same backend and beside TensorFlow:
 * `npm run build && node benchmarks/runtime.mjs [--backend wasm] [--rounds 9] [--models FOLDER] [CASE…]`. The three run
 * in processes of their own and take turns step by step, so that a change of the machine's speed meets all of them.
 * Times are medians, ratios are medians of the ratios of each turn. KM_ORACLE_HOME names the folder of the pythons.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { makeModels, median, needPython, pythonEnv } from './python.mjs';

const here = import.meta.dirname;
const WARM_UP = 3;

const image = { input: [1, 224, 224, 3], target: [1, 1] };
const small = { input: [32, 32, 32, 3], target: [32, 1], classes: 10 };
const series = { input: [32, 100, 128], target: [32, 1], classes: 10 };
const dense = { input: [32, 2048], target: [32, 2048] };
const crossentropy = 'crossentropy';

const CASES = [
  { name: 'MobileNetV2', step: 'predict', model: 'mobilenet_v2', ...image },
  { name: 'ResNet50', step: 'predict', model: 'resnet50', ...image },
  { name: 'six Dense(2048)', step: 'predict', model: 'dense', ...dense },
  { name: 'small CNN', step: 'predict', model: 'cnn', ...small },
  { name: 'LSTM', step: 'predict', model: 'lstm', ...series },
  { name: 'GRU', step: 'predict', model: 'gru', ...series },
  { name: 'attention', step: 'predict', model: 'attention', ...series, input: [32, 64, 256] },
  { name: 'six Dense(2048)', step: 'train', model: 'dense', loss: 'mse', ...dense },
  { name: 'small CNN', step: 'train', model: 'cnn', loss: crossentropy, ...small },
  { name: 'CNN, normalized', step: 'train', model: 'cnn_norm', loss: crossentropy, ...small },
  {
    name: 'MobileNetV2, batch 8',
    step: 'train',
    model: 'mobilenet_v2',
    loss: 'mse',
    input: [8, 224, 224, 3],
    target: [8, 1000],
  },
  { name: 'LSTM', step: 'train', model: 'lstm', loss: crossentropy, ...series },
  { name: 'GRU', step: 'train', model: 'gru', loss: crossentropy, ...series },
  {
    name: 'embedding',
    step: 'train',
    model: 'embedding',
    loss: crossentropy,
    ...series,
    input: [32, 100],
    limit: 20000,
  },
  {
    name: 'attention',
    step: 'train',
    model: 'attention',
    loss: crossentropy,
    ...series,
    input: [32, 64, 256],
  },
];

/** Starts a process that answers requests, one line each. */
function startWorker(command, args) {
  const child = spawn(command, args, { env: pythonEnv, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      return done ? { error: 'the process ended' } : JSON.parse(value);
    },
    stop: () => child.kill(),
  };
}

/** Lets the workers take turns; those that fail take no part. */
async function measure(workers, request, rounds) {
  const results = {};
  for (const name of Object.keys(workers)) results[name] = { times: [] };
  for (let round = -WARM_UP; round < rounds; round += 1) {
    for (const [name, worker] of Object.entries(workers)) {
      const result = results[name];
      if (result.error !== undefined) continue;
      const { error, seconds, head, leaked } = await worker.ask(request);
      if (error !== undefined) result.error = error;
      else if (round >= 0) result.times.push(seconds);
      result.head ??= head;
      result.leaked = leaked;
    }
  }
  return results;
}

/** The largest difference of first outputs, relative to the largest of them. */
function difference(a, b) {
  if (a === undefined || b === undefined) return Number.NaN;
  const largest = Math.max(...b.map(Math.abs), 1e-30);
  return Math.max(...b.map((value, i) => Math.abs(value - a[i]))) / largest;
}

function ratioOf(a, b) {
  if (a.error !== undefined || b.error !== undefined) return Number.NaN;
  return median(a.times.map((time, i) => time / b.times[i]));
}

const shown = (value, digits) => (Number.isNaN(value) ? '–' : value.toFixed(digits));

function report({ name, step }, { km, tfjs, tensorflow }) {
  const ms = ({ times, error }) => shown(error ? Number.NaN : 1000 * median(times), 1).padStart(9);
  console.log(
    `${`${step} ${name}`.padEnd(30)} ${ms(km)} ${ms(tfjs)} ${ms(tensorflow)}   ${shown(ratioOf(tfjs, km), 2).padStart(8)} ${shown(ratioOf(km, tensorflow), 2).padStart(8)}   ${difference(km.head, tensorflow.head).toExponential(1)}`,
  );
  for (const [library, { error }] of Object.entries({ km, tfjs, tensorflow })) {
    if (error !== undefined) console.log(`    ${library}: ${error}`);
  }
  if (km.leaked !== 0) console.log(`    ${km.leaked} tensors more after a step`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    backend: { type: 'string', default: 'wasm' },
    rounds: { type: 'string', default: '9' },
    models: { type: 'string' },
  },
});
const python = needPython();
const folder = values.models ?? mkdtempSync(path.join(tmpdir(), 'runtime-'));
makeModels(folder, python);
const script = path.join(here, 'runtime-worker.mjs');

/** A case gets new processes, so that none meets what another has left behind. */
async function run(one) {
  const workers = {
    km: startWorker(process.execPath, [script, 'km', folder, values.backend]),
    tfjs: startWorker(process.execPath, [script, 'tfjs', folder, values.backend]),
    tensorflow: startWorker(python, [path.join(here, 'runtime_worker.py'), folder]),
  };
  const results = await measure(workers, one, Number(values.rounds));
  for (const worker of Object.values(workers)) worker.stop();
  report(one, results);
}

const load = () => loadavg()[0].toFixed(1);
console.log(`backend ${values.backend}, load of the machine at the start ${load()}`);
console.log(
  `${'median of a step in ms'.padEnd(30)} ${'@km'.padStart(9)} ${'tfjs'.padStart(9)} ${'TF'.padStart(9)}   tfjs/@km   @km/TF   difference`,
);
const chosen = CASES.filter(
  ({ step, model }) => positionals.length === 0 || positionals.includes(`${step}:${model}`),
);
try {
  for (const one of chosen) await run(one);
} finally {
  if (values.models === undefined) rmSync(folder, { recursive: true });
}
console.log(`load of the machine at the end ${load()}`);
