/**
 * Reads and writes an HDF5 file of 1 GB and converts it to a checkpoint and back, beside raw file access and, where a python
 * with h5py is found, beside h5py: `node scripts/run.mjs benchmarks/h5-1gb.mjs [FOLDER]`. Each step runs in a process of
 * its own, three times in turn; the best time and the largest peak of memory count. KM_ORACLE_HOME names the folder of
 * the pythons.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCheckpoint, writeCheckpoint } from '@km/checkpoint';
import { readModelH5, writeModelH5 } from '@km/hdf5';

const TENSORS = 8;
const ELEMENTS = 32 * 1024 * 1024;
const TENSOR_BYTES = 4 * ELEMENTS;
const TOTAL = TENSORS * TENSOR_BYTES;
const RUNS = 3;
const PIECE = 4 * 1024 * 1024;
const CONFIG = JSON.stringify({ class_name: 'Sequential', config: { name: 'large', layers: [] } });

function values() {
  const data = new Float32Array(ELEMENTS);
  for (let index = 0, state = 1; index < ELEMENTS; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[index] = state / 4294967296;
  }
  return data;
}

function modelOf(tensorOf) {
  const layers = Array.from({ length: TENSORS }, (_, index) => {
    const name = `layer_${index}/kernel:0`;
    return { name: `layer_${index}`, weights: [{ name, tensor: tensorOf(name) }] };
  });
  return { modelConfig: CONFIG, kerasVersion: '2.15.0', backend: 'tensorflow', layers };
}

const steps = {
  async 'raw write'(folder) {
    const bytes = new Uint8Array(values().buffer);
    return timed(async () => {
      const handle = await open(path.join(folder, 'raw.bin'), 'w');
      for (let tensor = 0; tensor < TENSORS; tensor++)
        for (let start = 0; start < bytes.length; start += PIECE)
          await handle.write(bytes, start, PIECE);
      await handle.sync();
      await handle.close();
    });
  },
  async '@km write'(folder) {
    const tensor = { dtype: 'float32', shape: [ELEMENTS], data: values() };
    return timed(() =>
      writeModelH5(
        path.join(folder, 'km.h5'),
        modelOf(() => tensor),
      ),
    );
  },
  async 'raw read'(folder) {
    return timed(async () => {
      const handle = await open(path.join(folder, 'raw.bin'), 'r');
      for (let tensor = 0; tensor < TENSORS; tensor++) {
        const buffer = Buffer.allocUnsafeSlow(TENSOR_BYTES);
        for (let start = 0; start < TENSOR_BYTES; start += PIECE)
          await handle.read(buffer, start, PIECE, tensor * TENSOR_BYTES + start);
      }
      await handle.close();
    });
  },
  async '@km read'(folder) {
    return timed(async () => {
      const { layers } = await readModelH5(path.join(folder, 'km.h5'));
      for (const { weights } of layers) for (const { tensor } of weights) await tensor.read();
    });
  },
  async '@km read of one tensor'(folder) {
    return timed(async () => {
      const { layers } = await readModelH5(path.join(folder, 'km.h5'));
      await layers.at(-1).weights[0].tensor.read();
    });
  },
  async '@km HDF5 to checkpoint'(folder) {
    return timed(async () => {
      const { layers } = await readModelH5(path.join(folder, 'km.h5'));
      const tensors = layers.flatMap(({ weights }) =>
        weights.map(({ name, tensor }) => [name, tensor]),
      );
      await writeCheckpoint(path.join(folder, 'converted'), tensors);
    });
  },
  async '@km checkpoint to HDF5'(folder) {
    return timed(async () => {
      const { tensors } = await readCheckpoint(path.join(folder, 'converted'));
      await writeModelH5(
        path.join(folder, 'back.h5'),
        modelOf((name) => tensors.get(name)),
      );
    });
  },
};

const python = `
import sys, time, resource
import h5py
import numpy as np
step, folder = sys.argv[1:]
if step == "h5py write":
    value = np.random.default_rng(1).random(${ELEMENTS}, np.float32)
    begin = time.perf_counter()
    with h5py.File(folder + "/h5py.h5", "w") as file:
        for i in range(${TENSORS}):
            file.create_dataset("layer_%d/kernel" % i, data=value)
else:
    begin = time.perf_counter()
    with h5py.File(folder + "/km.h5", "r") as file:
        for i in range(${TENSORS}):
            file["model_weights/layer_%d/layer_%d/kernel:0" % (i, i)][()]
seconds = time.perf_counter() - begin
print('{"seconds": %f, "peak": %d}' % (seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024))
`;

async function timed(run) {
  const begin = performance.now();
  await run();
  const seconds = (performance.now() - begin) / 1000;
  return { seconds, peak: process.resourceUsage().maxRSS * 1024 };
}

/** The newest python with h5py, if there is one. */
function findPython() {
  const home = process.env.KM_ORACLE_HOME ?? path.join(homedir(), '.cache', 'km-oracle');
  if (!existsSync(home)) return undefined;
  return readdirSync(home)
    .filter((name) => name.startsWith('tf-2.15'))
    .map((name) => path.join(home, name, 'bin', 'python'))
    .find((file) => existsSync(file));
}

function child(step, folder, h5py) {
  const script = fileURLToPath(import.meta.url);
  const runner = path.join(path.dirname(path.dirname(script)), 'scripts', 'run.mjs');
  const [command, args] = step.startsWith('h5py')
    ? [h5py, ['-c', python, step, folder]]
    : [process.execPath, [runner, script, '--step', step, folder]];
  const done = spawnSync(command, args, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${step}: ${done.stderr}`);
  return JSON.parse(done.stdout.trim().split('\n').at(-1));
}

async function digest(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

function report(name, { seconds, peak }, bytes = TOTAL) {
  const rate = (bytes / 1e9 / seconds).toFixed(2);
  console.log(
    `${name.padEnd(26)} ${seconds.toFixed(2)} s  ${rate} GB/s  peak ${Math.round(peak / 1e6)} MB`,
  );
}

async function main(parent) {
  const folder = mkdtempSync(path.join(parent, 'h5-1gb-'));
  const h5py = findPython();
  const names = [...Object.keys(steps), ...(h5py ? ['h5py write', 'h5py read'] : [])];
  const best = new Map();
  try {
    for (let run = 0; run < RUNS; run++) {
      for (const step of names) {
        const { seconds, peak } = child(step, folder, h5py);
        const known = best.get(step) ?? { seconds: Number.POSITIVE_INFINITY, peak: 0 };
        best.set(step, {
          seconds: Math.min(known.seconds, seconds),
          peak: Math.max(known.peak, peak),
        });
      }
    }
    const [before, after] = [path.join(folder, 'km.h5'), path.join(folder, 'back.h5')];
    const same = (await digest(before)) === (await digest(after));
    console.log(
      `the file that came back from the checkpoint is ${same ? 'the same' : 'different'}`,
    );
    if (!same) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
  for (const step of names)
    report(step, best.get(step), step.endsWith('one tensor') ? TENSOR_BYTES : TOTAL);
  for (const step of ['@km read', '@km HDF5 to checkpoint', '@km checkpoint to HDF5']) {
    const over = (best.get(step).peak - TENSOR_BYTES) / 1e6;
    console.log(`peak of ${step} above the largest tensor: ${Math.round(over)} MB (at most 250)`);
  }
}

const [flag, step, folder] = process.argv.slice(2);
if (flag === '--step') console.log(JSON.stringify(await steps[step](folder)));
else await main(flag ?? tmpdir());
