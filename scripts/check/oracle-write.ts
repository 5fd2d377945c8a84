import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { models, saved_model } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import type { OracleCase } from './oracle-case.ts';
import { loadCase } from './oracle-read.ts';

const NAMES: Readonly<Record<string, string>> = {
  h5: 'model.h5',
  tf: 'saved_model',
  keras: 'model.keras',
  ckpt: 'weights',
  'weights-h5': 'model_weights.h5',
  'weights-keras': 'model.weights.h5',
};

/** Loads a case and saves it again in its format, beside what the kit expects of it. */
export async function writeBack(
  entry: OracleCase,
  all: readonly OracleCase[],
  out: string,
): Promise<number | string> {
  const model = await loadCase(entry, all);
  if (typeof model === 'string') return model;
  const folder = path.join(out, `${entry.name}.${entry.format}`);
  mkdirSync(folder, { recursive: true });
  const name = NAMES[entry.format] ?? '';
  await save(model, entry, path.join(folder, name));
  model.dispose();
  for (const file of ['inputs', 'targets', 'outputs', 'outputsAfter']) {
    copyFileSync(path.join(entry.folder, `${file}.bin`), path.join(folder, `${file}.bin`));
  }
  const expected = JSON.parse(readFileSync(path.join(entry.folder, 'expected.json'), 'utf8'));
  writeFileSync(path.join(folder, 'expected.json'), JSON.stringify({ ...expected, model: name }));
  return 0;
}

/** The signatures that the kit gives a model of that name, written by hand. */
function signaturesOf(name: string, model: models.Model): Record<string, unknown> | undefined {
  if (name !== 'custom_signatures') return undefined;
  const features = { shape: [null, 4], name: 'features' };
  const hidden = model.get_layer('hidden');
  const body = new models.Model({ inputs: model.inputs, outputs: hidden.output });
  const classify = saved_model.signature(
    (x: tf.Tensor) => {
      const probs = model.apply<tf.Tensor>(x);
      return { probs, label: tf.argMax(probs, -1) };
    },
    [features],
  );
  const embed = saved_model.signature(
    (x: tf.Tensor, gain: tf.Tensor) => ({ embedding: tf.mul(body.apply<tf.Tensor>(x), gain) }),
    [features, { shape: [], name: 'gain' }],
  );
  return { serving_default: classify, embed };
}

async function save(
  model: models.Model,
  { name, format }: OracleCase,
  file: string,
): Promise<void> {
  switch (format) {
    case 'h5':
      return model.save(file, { save_format: 'h5' });
    case 'tf':
      return model.save(file, { save_format: 'tf', signatures: signaturesOf(name, model) });
    case 'keras':
      return model.save(file, { save_format: format });
    case 'weights-h5':
      return model.save_weights(file, { save_format: 'h5' });
    default:
      return model.save_weights(file);
  }
}
