/**
 * Runs the signatures of the SavedModels of a corpus and compares with what TensorFlow computed:
 * `corpus-signatures.ts FOLDER [--backend wasm|cpu] [--filter TEXT]`; `corpusSignatures` is the part for other commands.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { isKmError, messageOf, type Tensor } from '@km/core';
import { ready, saved_model } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { type ArrayReference, arrayOf, type CorpusCase } from './corpus-case.ts';
import { type Outcome, printGroup } from './golden-report.ts';

interface ExpectedSignature {
  readonly inputs: readonly ArrayReference[];
  readonly outputs?: readonly ArrayReference[];
  readonly error?: { readonly type: string };
}

/** Tolerances that the corpus states: absolute, and relative to the expected value. */
const ABSOLUTE = 1e-5;
const RELATIVE = 1e-4;

/** Runs all signatures; one outcome per signature. */
export async function corpusSignatures(folder: string, filter = ''): Promise<Outcome[]> {
  const index = JSON.parse(readFileSync(path.join(folder, 'index.json'), 'utf8'));
  const entries: readonly { id: string; kind: string }[] = index.entries;
  const outcomes: Outcome[] = [];
  for (const { id, kind } of entries) {
    if (kind !== 'savedmodel' || !id.includes(filter)) continue;
    outcomes.push(...(await checkEntry(path.join(folder, 'entries', ...id.split('/')), id)));
  }
  return outcomes;
}

async function checkEntry(folder: string, id: string): Promise<Outcome[]> {
  const expected = JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8'));
  const signatures: Readonly<Record<string, ExpectedSignature>> = expected.signatures ?? {};
  const file = path.join(folder, 'io.bin');
  const io = existsSync(file) ? new Uint8Array(readFileSync(file)) : undefined;
  const entry: CorpusCase = { id, kind: 'savedmodel', folder, expected, io };
  const names = Object.keys(signatures);
  try {
    const model = await saved_model.load(
      path.join(folder, expected.model),
      expected.savedmodel?.loaded_tags,
    );
    if (names.length === 0) return [{ id, status: 'passed', reason: 'loads; no signatures' }];
    // The state of counters depends on the order.
    return names.map((name) => checkSignature(model, entry, name, signatures[name]));
  } catch (error) {
    if (process.env.KM_CHECK_STACKS !== undefined) console.error(id, error);
    const statuses = Object.values<{ status: string }>(expected.loads).map(({ status }) => status);
    const refused = !statuses.some((status) => status.startsWith('ok')) && isKmError(error);
    return [{ id, status: refused ? 'passed' : 'failed', reason: messageOf(error).slice(0, 300) }];
  }
}

function checkSignature(
  model: saved_model.LoadedModel,
  entry: CorpusCase,
  name: string,
  expected: ExpectedSignature | undefined,
): Outcome {
  const id = `${entry.id} ${name}`;
  const tensors = tf.memory().numTensors;
  try {
    const signature = model.signatures[name];
    if (expected === undefined || (signature === undefined && expected.error !== undefined)) {
      return { id, status: 'passed', reason: 'not offered, and fails in TensorFlow' };
    }
    if (signature === undefined) throw new Error('the signature is missing');
    const inputs = new Map(expected.inputs.map((input) => [input.name, arrayOf(entry, input)]));
    const outputs = signature.call_records(inputs);
    if (expected.error !== undefined) {
      return { id, status: 'passed', reason: `runs; TensorFlow raises ${expected.error.type}` };
    }
    const differences = (expected.outputs ?? []).map((output) =>
      compare(outputs.get(output.name), arrayOf(entry, output), output.name),
    );
    const leaked = tf.memory().numTensors - tensors;
    return {
      id,
      status: 'passed',
      difference: Math.max(0, ...differences),
      ...(leaked > 0 ? { reason: `${leaked} tensors stay` } : {}),
    };
  } catch (error) {
    if (process.env.KM_CHECK_STACKS !== undefined) console.error(id, error);
    const isRefusal = isKmError(error) || error instanceof TypeError || error instanceof RangeError;
    const refused = expected?.error !== undefined && isRefusal;
    return { id, status: refused ? 'passed' : 'failed', reason: messageOf(error).slice(0, 300) };
  }
}

function compare(actual: Tensor | undefined, expected: Tensor, name: string): number {
  if (actual === undefined) throw new Error(`the output ${name} is missing`);
  if (actual.dtype !== expected.dtype || actual.shape.join() !== expected.shape.join()) {
    throw new Error(
      `${name} is ${actual.dtype} [${actual.shape}], expected ${expected.dtype} [${expected.shape}]`,
    );
  }
  const left = Array.from<unknown>(actual.data);
  const right = Array.from<unknown>(expected.data);
  let largest = 0;
  for (const [i, value] of left.entries()) {
    const wanted = right[i];
    if (typeof value !== 'number' || typeof wanted !== 'number') {
      if (shown(value) !== shown(wanted))
        throw new Error(`${name}[${i}] is ${value}, expected ${wanted}`);
      continue;
    }
    if (Object.is(value, wanted) || value === wanted) continue;
    const difference = Math.abs(value - wanted);
    if (!(difference <= ABSOLUTE + RELATIVE * Math.abs(wanted))) {
      throw new Error(`${name}[${i}] is ${value}, expected ${wanted}`);
    }
    largest = Math.max(largest, difference);
  }
  return largest;
}

function shown(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : String(value);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      filter: { type: 'string', default: '' },
      backend: { type: 'string', default: 'wasm' },
    },
  });
  const [folder] = positionals;
  if (folder === undefined) throw new Error('usage: corpus-signatures.ts FOLDER');
  await ready(values.backend);
  const outcomes = await corpusSignatures(folder, values.filter);
  printGroup('signatures', outcomes);
  const number = (status: Outcome['status']): number =>
    outcomes.filter((outcome) => outcome.status === status).length;
  console.log(`${number('passed')} passed, ${number('failed')} failed`);
  process.exitCode = number('failed') === 0 ? 0 : 1;
}

if (process.argv[1]?.endsWith('corpus-signatures.ts')) await main();
