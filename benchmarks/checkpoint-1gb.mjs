/**
 * Reads and writes a checkpoint of 1 GB beside raw file access and, where a python with TensorFlow is found, beside
 * TensorFlow: `node scripts/run.mjs benchmarks/checkpoint-1gb.mjs [FOLDER]`. Each step runs in a process of its own, three
 * times in turn; the best time and the largest peak of memory count. KM_ORACLE_HOME names the folder of the pythons.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCheckpoint, writeCheckpoint } from '@km/checkpoint';

const TENSORS = 8;
const ELEMENTS = 32 * 1024 * 1024;
const TENSOR_BYTES = 4 * ELEMENTS;
const TOTAL = TENSORS * TENSOR_BYTES;
const RUNS = 3;
const PIECE = 4 * 1024 * 1024;

function values() {
  const data = new Float32Array(ELEMENTS);
  for (let index = 0, state = 1; index < ELEMENTS; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[index] = state / 4294967296;
  }
  return data;
}

const steps = {
  async 'raw write'(folder) {
    const bytes = new Uint8Array(values().buffer);
    return timed(async () => {
      const handle = await open(path.join(folder, 'raw.tmp'), 'w');
      for (let tensor = 0; tensor < TENSORS; tensor++)
        for (let start = 0; start < bytes.length; start += PIECE)
          await handle.write(bytes, start, PIECE);
      await handle.sync();
      await handle.close();
      await rename(path.join(folder, 'raw.tmp'), path.join(folder, 'raw.bin'));
    });
  },
  async '@km write'(folder) {
    const tensor = { dtype: 'float32', shape: [ELEMENTS], data: values() };
    const names = Array.from({ length: TENSORS }, (_, index) => [`layer_${index}/kernel`, tensor]);
    return timed(() => writeCheckpoint(path.join(folder, 'km'), names));
  },
  async 'raw read, a buffer per tensor'(folder) {
    return timed(() => rawRead(folder, () => Buffer.allocUnsafeSlow(TENSOR_BYTES)));
  },
  async 'raw read, one buffer for all'(folder) {
    const buffer = Buffer.allocUnsafeSlow(TENSOR_BYTES);
    return timed(() => rawRead(folder, () => buffer));
  },
  async '@km read'(folder) {
    return timed(() => kmRead(folder, true));
  },
  async '@km read without checksums'(folder) {
    return timed(() => kmRead(folder, false));
  },
};

const python = `
import sys, time, resource
import numpy as np
import tensorflow as tf
step, folder = sys.argv[1:]
names = ["layer_%d/kernel" % i for i in range(${TENSORS})]
if step == "TensorFlow write":
    value = tf.constant(np.random.default_rng(1).random(${ELEMENTS}, np.float32))
    begin = time.perf_counter()
    tf.raw_ops.SaveV2(prefix=folder + "/tf", tensor_names=names, shape_and_slices=[""] * len(names), tensors=[value] * len(names))
else:
    begin = time.perf_counter()
    for name in names:
        tf.raw_ops.RestoreV2(prefix=folder + "/km", tensor_names=[name], shape_and_slices=[""], dtypes=[tf.float32])
seconds = time.perf_counter() - begin
print('{"seconds": %f, "peak": %d}' % (seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024))
`;

async function rawRead(folder, bufferOf) {
  const handle = await open(path.join(folder, 'km.data-00000-of-00001'), 'r');
  for (let tensor = 0; tensor < TENSORS; tensor++) {
    const buffer = bufferOf();
    for (let start = 0; start < TENSOR_BYTES; start += PIECE)
      await handle.read(buffer, start, PIECE, tensor * TENSOR_BYTES + start);
  }
  await handle.close();
}

async function kmRead(folder, verifyChecksums) {
  const { tensors } = await readCheckpoint(path.join(folder, 'km'), { verifyChecksums });
  for (const tensor of tensors.values()) await tensor.read();
}

async function timed(run) {
  const base = process.memoryUsage.rss();
  const begin = performance.now();
  await run();
  const seconds = (performance.now() - begin) / 1000;
  const peak = process.resourceUsage().maxRSS * 1024;
  return { seconds, peak, base };
}

/** The newest python with TensorFlow, if there is one. */
function findPython() {
  const home = process.env.KM_ORACLE_HOME ?? path.join(homedir(), '.cache', 'km-oracle');
  if (!existsSync(home)) return undefined;
  const found = readdirSync(home)
    .filter((name) => name.startsWith('tf-2.15'))
    .map((name) => path.join(home, name, 'bin', 'python'));
  return found.find((file) => existsSync(file));
}

function child(step, folder, tensorflow) {
  const script = fileURLToPath(import.meta.url);
  const runner = path.join(path.dirname(path.dirname(script)), 'scripts', 'run.mjs');
  const [command, args] = step.startsWith('TensorFlow')
    ? [tensorflow, ['-c', python, step, folder]]
    : [process.execPath, [runner, script, '--step', step, folder]];
  const env = {
    ...process.env,
    ...{ TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '-1', TF_ENABLE_ONEDNN_OPTS: '0' },
  };
  const done = spawnSync(command, args, { encoding: 'utf8', env });
  if (done.status !== 0) throw new Error(`${step}: ${done.stderr}`);
  return JSON.parse(done.stdout.trim().split('\n').at(-1));
}

function report(name, { seconds, peak }) {
  const rate = (TOTAL / 1e9 / seconds).toFixed(2);
  console.log(
    `${name.padEnd(32)} ${seconds.toFixed(2)} s  ${rate} GB/s  peak ${Math.round(peak / 1e6)} MB`,
  );
}

async function main(parent) {
  const folder = mkdtempSync(path.join(parent, 'checkpoint-1gb-'));
  const tensorflow = findPython();
  const names = ['raw write', '@km write', ...(tensorflow ? ['TensorFlow write'] : [])];
  const readers = Object.keys(steps).filter((step) => step.includes('read'));
  names.push(...readers, ...(tensorflow ? ['TensorFlow read'] : []));
  const best = new Map();
  try {
    for (let run = 0; run < RUNS; run++) {
      for (const step of names) {
        const { seconds, peak } = child(step, folder, tensorflow);
        const known = best.get(step) ?? { seconds: Number.POSITIVE_INFINITY, peak: 0 };
        best.set(step, {
          seconds: Math.min(known.seconds, seconds),
          peak: Math.max(known.peak, peak),
        });
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  for (const step of names) report(step, best.get(step));
  const ratio = (a, b) => (best.get(a).seconds / best.get(b).seconds).toFixed(2);
  const perTensor = 'raw read, a buffer per tensor';
  console.log(`rate of @km write / raw write: ${ratio('raw write', '@km write')} (at least 0.5)`);
  console.log(
    `rate of @km read / raw read, a buffer per tensor: ${ratio(perTensor, '@km read')} (at least 0.5)`,
  );
  if (tensorflow !== undefined) {
    console.log(
      `rate of @km write / TensorFlow: ${ratio('TensorFlow write', '@km write')} (at least 1)`,
    );
    console.log(
      `rate of @km read / TensorFlow: ${ratio('TensorFlow read', '@km read')} (at least 1)`,
    );
  }
  const over = (best.get('@km read').peak - TENSOR_BYTES) / 1e6;
  console.log(`peak of @km read above the largest tensor: ${Math.round(over)} MB (at most 150)`);
}

const [flag, step, folder] = process.argv.slice(2);
if (flag === '--step') console.log(JSON.stringify(await steps[step](folder)));
else await main(flag ?? tmpdir());
