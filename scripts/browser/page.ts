/** What a browser does with models: it reads them over HTTP, runs, trains and saves them to its own file system. */
import { blobStore, directoryStore, httpStore, memoryStore, type ReadableStore } from '@km/core';
import { type Model, models, ready, saved_model } from '@km/keras';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

interface RecordedArray {
  readonly shape: number[];
  readonly data: readonly number[];
}

/** What TensorFlow computed from the model. */
interface Example {
  readonly inputs: readonly RecordedArray[];
  readonly targets: readonly RecordedArray[];
  readonly outputs: readonly RecordedArray[];
  readonly outputs_after_step: readonly RecordedArray[];
}

const FOLDER = 'fixtures/models/tf-2.15.1/';
const FILES = ['dense.h5', 'dense.keras', 'dense_tf'];
const TOLERANCE = 1e-5;

function assert(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

function assertClose(actual: tf.Tensor, expected: RecordedArray | undefined): void {
  const values = actual.dataSync();
  const largest = Math.max(
    ...Array.from(values, (value, i) => Math.abs(value - (expected?.data[i] ?? Number.NaN))),
  );
  assert(largest <= TOLERANCE, `the largest difference from TensorFlow is ${String(largest)}`);
}

function tensorOf(array: RecordedArray | undefined, dtype: 'float32' | 'int32'): tf.Tensor {
  return tf.tensor([...(array?.data ?? [])], array?.shape, dtype);
}

const web = httpStore(new URL(FOLDER, location.href));
const example: Example = await (await fetch(`${FOLDER}dense.json`)).json();

function inputs(): tf.Tensor {
  return tensorOf(example.inputs[0], 'float32');
}

async function predict(model: Model): Promise<tf.Tensor> {
  return (await model.predict(inputs(), { verbose: 0 })) as tf.Tensor;
}

async function predictsLikeTensorFlow(store: ReadableStore, path: string): Promise<Model> {
  const model = await models.load_model({ store, path });
  assertClose(await predict(model), example.outputs[0]);
  return model;
}

async function trainsLikeTensorFlow(path: string): Promise<void> {
  const model = await predictsLikeTensorFlow(web, path);
  await model.train_on_batch(inputs(), tensorOf(example.targets[0], 'int32'));
  assertClose(await predict(model), example.outputs_after_step[0]);
}

async function staysInPrivateFiles(): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle('models', { create: true });
  const store = directoryStore(folder);
  const model = await predictsLikeTensorFlow(web, 'dense.h5');
  for (const path of ['copy.h5', 'copy.keras', 'copy_tf']) {
    const save_format = path.endsWith('keras') ? 'keras' : null;
    await model.save({ store, path }, { save_format });
    await predictsLikeTensorFlow(store, path);
  }
  await root.removeEntry('models', { recursive: true });
}

async function opensDroppedFile(): Promise<void> {
  const blob = await (await fetch(`${FOLDER}dense.keras`)).blob();
  await predictsLikeTensorFlow(blobStore([['dropped.keras', blob]]), 'dropped.keras');
}

async function runsSignatures(): Promise<void> {
  const loaded = await saved_model.load({ store: web, path: 'dense_tf' });
  const signature = loaded.signatures.serving_default;
  const outputs = signature?.({ flatten_input: inputs() }) as Record<string, tf.Tensor> | undefined;
  const [logits] = Object.values(outputs ?? {});
  assert(logits !== undefined, 'the signature gives nothing');
  if (logits !== undefined) assertClose(logits, example.outputs[0]);
}

async function savesWeightsInMemory(): Promise<void> {
  const store = memoryStore();
  const model = await predictsLikeTensorFlow(web, 'dense.h5');
  await model.save_weights({ store, path: 'weights/first' });
  await model.load_weights({ store, path: 'weights/first' });
  assertClose(await predict(model), example.outputs[0]);
}

const CHECKS: readonly (readonly [name: string, run: () => Promise<unknown>])[] = [
  ...FILES.map(
    (file) => [`${file} over HTTP, trained on`, () => trainsLikeTensorFlow(file)] as const,
  ),
  ['a dropped file', opensDroppedFile],
  ['signatures', runsSignatures],
  ["saved to the browser's own files and loaded", staysInPrivateFiles],
  ['weights in memory', savesWeightsInMemory],
];

async function runAll(backend: string): Promise<string[]> {
  await ready(backend);
  const lines: string[] = [];
  for (const [name, run] of CHECKS) {
    const problem = await run().then(
      () => undefined,
      (error: unknown) => String(error),
    );
    lines.push(
      `${problem === undefined ? 'ok  ' : 'FAIL'} ${backend}: ${name}${problem === undefined ? '' : `: ${problem}`}`,
    );
  }
  return lines;
}

setWasmPaths('/wasm/');
const lines = [...(await runAll('wasm')), ...(await runAll('cpu'))];
await fetch('/done', { method: 'POST', body: lines.join('\n') });
