/** Finds the python with TensorFlow 2.15 that the benchmarks compare with, and runs it. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const here = import.meta.dirname;

/** The environment under which TensorFlow is measured: no GPU, quiet, and exact where oneDNN would round otherwise. */
export const pythonEnv = {
  ...process.env,
  TF_CPP_MIN_LOG_LEVEL: '3',
  CUDA_VISIBLE_DEVICES: '-1',
  TF_ENABLE_ONEDNN_OPTS: process.env.TF_ENABLE_ONEDNN_OPTS ?? '0',
};

/** The path of the python, from KM_ORACLE_HOME or the cache folder; undefined when there is none. */
export function findPython() {
  const home = process.env.KM_ORACLE_HOME ?? path.join(homedir(), '.cache', 'km-oracle');
  if (!existsSync(home)) return undefined;
  return readdirSync(home)
    .filter((name) => name.startsWith('tf-2.15'))
    .map((name) => path.join(home, name, 'bin', 'python'))
    .find((file) => existsSync(file));
}

/** As `findPython`, but ends the program when there is none. */
export function needPython() {
  const python = findPython();
  if (python !== undefined) return python;
  console.error('This benchmark compares with TensorFlow 2.15: KM_ORACLE_HOME names its folder.');
  process.exit(2);
}

/** Writes the models of the benchmarks into a folder unless they are there. */
export function makeModels(folder, python) {
  if (existsSync(path.join(folder, 'attention.h5'))) return;
  const done = spawnSync(python, [path.join(here, 'models.py'), folder], {
    encoding: 'utf8',
    env: pythonEnv,
  });
  if (done.status !== 0) throw new Error(`The models could not be made: ${done.stderr}`);
}

/** The middle value of a list. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]
    : (sorted[middle - 1] + sorted[middle]) / 2;
}
