/**
 * Loads the model files of a corpus and compares with what TensorFlow computed from them:
 * `corpus.ts FOLDER [--backend wasm|cpu] [--filter TEXT]`.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { isKmError } from '@km/core';
import { ready } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { corpusConfigs } from './config-examples.ts';
import type { CorpusCase, Expected } from './corpus-case.ts';
import { corpusCheckpoints } from './corpus-checkpoints.ts';
import { checkModel } from './corpus-model.ts';
import { corpusSavedModels } from './corpus-savedmodels.ts';
import { corpusSignatures } from './corpus-signatures.ts';
import { type Outcome, printGroup } from './golden-report.ts';
import { corpusH5 } from './h5-corpus.ts';

/** Kinds of entries that hold a Keras model or an architecture. */
const MODEL_KINDS: ReadonlySet<string> = new Set([
  'keras-h5',
  'keras-v3',
  'savedmodel',
  'h5-weights',
  'config-json',
]);

/** True when some TensorFlow loads the entry as a Keras model. */
function loadsInTensorFlow(expected: Expected): boolean {
  return expected.keras !== undefined;
}

async function outcomeOf(entry: CorpusCase): Promise<Outcome> {
  const { id, expected } = entry;
  const tensors = tf.memory().numTensors;
  try {
    const result = await checkModel(entry);
    if (typeof result === 'string') return { id, status: 'skipped', reason: result };
    return { id, status: 'passed', difference: result };
  } catch (error) {
    if (process.env.KM_CHECK_STACKS !== undefined) console.error(id, error);
    const reason = error instanceof Error ? error.message.slice(0, 300) : String(error);
    if (!loadsInTensorFlow(expected) && isKmError(error)) return { id, status: 'passed', reason };
    if (entry.kind === 'savedmodel' && isKmError(error, 'KM_UNSUPPORTED')) {
      return { id, status: 'skipped', reason };
    }
    return { id, status: 'failed', reason };
  } finally {
    if (process.env.KM_CHECK_LEAKS !== undefined) console.log(id, tf.memory().numTensors - tensors);
  }
}

function readEntries(folder: string, filter: string): CorpusCase[] {
  const index = JSON.parse(readFileSync(path.join(folder, 'index.json'), 'utf8'));
  const entries: readonly { id: string; kind: string }[] = index.entries;
  return entries
    .filter(({ id, kind }) => MODEL_KINDS.has(kind) && id.includes(filter))
    .map(({ id, kind }) => {
      const place = path.join(folder, 'entries', ...id.split('/'));
      const expected: Expected = JSON.parse(
        readFileSync(path.join(place, 'expected.json'), 'utf8'),
      );
      const io = path.join(place, 'io.bin');
      return {
        id,
        kind,
        folder: place,
        expected,
        io: existsSync(io) ? readFileSync(io) : undefined,
      };
    });
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      backend: { type: 'string', default: 'wasm' },
      filter: { type: 'string', default: '' },
    },
  });
  const [folder] = positionals;
  if (folder === undefined) throw new Error('usage: corpus.ts FOLDER');
  await ready(values.backend);
  const groups = new Map<string, Outcome[]>();
  for (const entry of readEntries(folder, values.filter)) {
    const outcome = await outcomeOf(entry);
    groups.set(entry.kind, [...(groups.get(entry.kind) ?? []), outcome]);
  }
  groups.set('checkpoints', await corpusCheckpoints(folder, values.filter));
  groups.set('HDF5 files', await corpusH5(folder, values.filter));
  groups.set('SavedModels', await corpusSavedModels(folder, values.filter));
  groups.set('signatures', await corpusSignatures(folder, values.filter));
  groups.set('configurations', values.filter === '' ? await corpusConfigs(folder) : []);
  for (const [group, outcomes] of groups) printGroup(group, outcomes);
  const all = [...groups.values()].flat();
  const count = (status: string): number => all.filter((o) => o.status === status).length;
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  if (count('failed') > 0 || all.length === 0) process.exitCode = 1;
}

await main();
