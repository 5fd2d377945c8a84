/**
 * Saves models that were loaded without their classes again, and lets TensorFlow compare what it makes of both files:
 * layers, weights, calls, losses, evaluation and two training steps.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isKmError, messageOf } from '@km/core';
import { models, optimizers } from '@km/keras';
import { Comparer, type Outcome } from './golden-report.ts';
import type { Described, Expected, Logs } from './oracle-revive-case.ts';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'oracle_resaved.py');

const FORWARD = { rtol: 1e-5, atol: 1e-6 };
const TRAINING = { rtol: 1e-4, atol: 1e-5 };

/** What TensorFlow noted of a file; errors stand beside what they kept from being noted. */
type Noted = Partial<Expected> & Readonly<Record<string, unknown>>;

/** Where TensorFlow cannot read what it writes, by the version that reads and the name of the model. */
const LOST: readonly (readonly [id: RegExp, reason: string])[] = [
  [/^2\.4\..* own_gradient$/, 'TensorFlow 2.4 does not save custom gradients'],
  [
    /^2\.4\..* two_outputs$/,
    'TensorFlow 2.4 puts the name of an output twice before that of a metric that has counted',
  ],
];

/** What cannot be compared, since a version makes something else of its own file. */
const LOST_OWN: typeof LOST = [
  [/^2\.4\..* built_in_layers_around$/, 'TensorFlow 2.4 gives MultiHeadAttention fresh weights'],
];

/** What other versions cannot read of what one has made, by the version that reads and the name of the model. */
const LOST_ACROSS: typeof LOST = [
  [
    /^2\.4\..* (frozen_(layer|part)|sequential_of_custom)$/,
    'TensorFlow 2.4 makes frozen layers trainable',
  ],
  [
    /^2\.4\..* metric_as_part$/,
    'TensorFlow 2.4 calls a layer that has a metric with an argument training, which the functions of later ones lack',
  ],
  [
    /^2\.4\..* reversed_gradient$/,
    'TensorFlow 2.4 does not know what a gradient takes from its function; experimental_custom_gradients: false leaves it out',
  ],
  [/^2\.4\..* variables_in_structures$/, 'TensorFlow 2.4 does not find variables in lists again'],
];

/** Saves the model of a folder again; gives why that is refused, or null. */
export async function saveAgain(folder: string): Promise<string | null> {
  const target = path.join(folder, 'resaved');
  rmSync(target, { recursive: true, force: true });
  try {
    const model = await models.load_model(path.join(folder, 'model'));
    // TensorFlow leaves the state of the optimizer out.
    if (model.optimizer !== null) {
      model.optimizer = optimizers.deserialize(optimizers.serialize(model.optimizer));
    }
    await models.save_model(model, target, { save_format: 'tf' });
    return null;
  } catch (error) {
    if (!isKmError(error)) throw error;
    return messageOf(error);
  }
}

/** Lets another version judge the models of a folder that were saved again. */
export function judgeAcross(python: string, folder: string, only: string): Outcome[] {
  const names = readdirSync(folder)
    .sort()
    .filter((name) => existsSync(path.join(folder, name, 'resaved')))
    .filter((name) => only === '' || only.split(',').includes(name));
  return judgeSavedAgain(python, folder, names);
}

/** Lets TensorFlow, of whichever version, judge the models of a folder that were saved again. */
export function judgeSavedAgain(
  python: string,
  folder: string,
  names: readonly string[],
): Outcome[] {
  const env = {
    ...process.env,
    ...{ TF_ENABLE_ONEDNN_OPTS: '0', TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '-1' },
  };
  const done = spawnSync(python, [script, folder, names.join(',')], { env, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${python} failed: ${done.stderr.slice(-2000)}`);
  return names.flatMap((name) => {
    const file = path.join(folder, name, 'resaved.json');
    if (!existsSync(file)) return [];
    const expected = read<Expected>(path.join(folder, name, 'expected.json'));
    return [judge(`${name}, saved again`, expected, read<Noted>(file))];
  });
}

function read<Content>(file: string): Content {
  return JSON.parse(readFileSync(file, 'utf8')) as Content;
}

function judge(id: string, expected: Expected, noted: Noted): Outcome {
  const others = noted.version === expected.version ? LOST_OWN : LOST_ACROSS;
  const key = `${String(noted.version)} ${expected.name}`;
  const lost = [...LOST, ...others].find(([pattern]) => pattern.test(key));
  if (lost !== undefined) return { id, status: 'skipped', reason: lost[1] };
  const comparer = new Comparer();
  try {
    if (expected.call === undefined) {
      const isLoaded = noted.call !== undefined;
      if (isLoaded) compareDescribed('call', noted.call, expected.original, comparer, FORWARD);
      const reason = `TensorFlow refuses the first file${isLoaded ? ', not this' : ' and this'}`;
      return { id, status: 'passed', difference: comparer.difference, reason };
    }
    // TensorFlow cannot do everything with the first file either.
    const errors = Object.entries(noted).filter(
      ([key]) => key.endsWith('_error') && !(key in expected),
    );
    if (expected.compile !== false && errors.length > 0) throw new Error(String(errors[0]));
    compareCalls(expected, noted, comparer);
    if (expected.compile !== false) compareTraining(expected, noted, comparer);
    return { id, status: 'passed', difference: comparer.difference };
  } catch (error) {
    return { id, status: 'failed', reason: messageOf(error) };
  }
}

function compareCalls(expected: Expected, noted: Noted, comparer: Comparer): void {
  comparer.equal('layers', noted.layers, expected.layers);
  comparer.equal('weights', noted.weights, expected.weights);
  comparer.equal('trainable weights', noted.trainable, expected.trainable);
  for (const what of ['call', 'training', 'predict'] as const) {
    compareDescribed(what, noted[what], expected[what], comparer, FORWARD);
  }
  const [losses, wanted] = [noted.losses, expected.losses].map((values) =>
    [...(values ?? [])].sort((a, b) => a - b),
  );
  comparer.equal('number of losses', losses?.length, wanted?.length);
  wanted?.forEach((value, k) => {
    comparer.number(`loss ${k}`, losses?.[k] ?? Number.NaN, value, FORWARD);
  });
}

function compareTraining(expected: Expected, noted: Noted, comparer: Comparer): void {
  const logs = (from: Logs | undefined): string[] => Object.keys(from ?? {}).sort();
  comparer.equal('names of evaluate', logs(noted.evaluate), logs(expected.evaluate));
  for (const [name, value] of Object.entries(expected.evaluate ?? {})) {
    comparer.number(`evaluate: ${name}`, noted.evaluate?.[name] ?? Number.NaN, value, TRAINING);
  }
  for (const [name, values] of Object.entries(expected.fit ?? {})) {
    values?.forEach((value, k) => {
      const actual = noted.fit?.[name]?.[k] ?? Number.NaN;
      comparer.number(`${name}, step ${k}`, actual, value, TRAINING);
    });
  }
  expected.after?.forEach((value, k) => {
    compareDescribed(`weight ${k} after two steps`, noted.after?.[k], value, comparer, TRAINING);
  });
}

function compareDescribed(
  what: string,
  actual: Described | undefined,
  expected: Described | undefined,
  comparer: Comparer,
  tolerance: typeof FORWARD,
): void {
  if (expected === undefined) return;
  const [values, wanted] = [actual, expected].map(valuesOf);
  comparer.equal(`number of values of ${what}`, values?.length, wanted?.length);
  wanted?.forEach((value, i) => {
    comparer.number(`${what}[${i}]`, Number(values?.[i]), Number(value), tolerance);
  });
}

function valuesOf(described: Described | undefined): readonly unknown[] {
  switch (described?.kind) {
    case 'tensor':
      return described.values;
    case 'list':
      return described.items.flatMap(valuesOf);
    case 'dict':
      return Object.keys(described.entries)
        .sort()
        .flatMap((key) => valuesOf(described.entries[key]));
    default:
      return [];
  }
}
