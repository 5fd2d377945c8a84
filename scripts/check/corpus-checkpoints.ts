/**
 * Compares checkpoints, and the variables of SavedModels, of a corpus with the digests that TensorFlow gave:
 * `corpus-checkpoints.ts FOLDER [--filter TEXT]`; `corpusCheckpoints` is the part for other commands.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Checkpoint, readCheckpoint } from '@km/checkpoint';
import { encodeTensor, isKmError, type Tensor } from '@km/core';

/** What became of one entry. */
export interface CheckpointOutcome {
  readonly id: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly reason: string;
}

interface CorpusEntry {
  readonly id: string;
  readonly kind: string;
}

interface ExpectedTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly sha256?: string;
}

interface Expected {
  readonly model: string;
  readonly checkpoint_tensors?: readonly ExpectedTensor[];
  readonly origin?: { readonly absent_files?: readonly unknown[] };
}

/** Checks all entries of a corpus that hold a checkpoint. */
export async function corpusCheckpoints(folder: string, filter = ''): Promise<CheckpointOutcome[]> {
  const index: { readonly entries: readonly CorpusEntry[] } = readJson(
    path.join(folder, 'index.json'),
  );
  const outcomes: CheckpointOutcome[] = [];
  for (const { id, kind } of index.entries) {
    if ((kind !== 'checkpoint' && kind !== 'savedmodel') || !id.includes(filter)) continue;
    outcomes.push(await checkEntry(path.join(folder, 'entries', ...id.split('/')), id, kind));
  }
  return outcomes;
}

async function checkEntry(folder: string, id: string, kind: string): Promise<CheckpointOutcome> {
  const expected: Expected = readJson(path.join(folder, 'expected.json'));
  const tensors = expected.checkpoint_tensors ?? [];
  const model = path.join(folder, expected.model);
  const prefix = kind === 'savedmodel' ? path.join(model, 'variables', 'variables') : model;
  if (kind === 'savedmodel' && !existsSync(`${prefix}.index`) && tensors.length === 0)
    return { id, status: 'skipped', reason: 'no variables' };
  try {
    const checkpoint = await readCheckpoint(prefix);
    await checkpoint.readObjectGraph().catch(ignoreMissingData);
    const reason = await compareAll(checkpoint, tensors);
    return { id, status: 'passed', reason };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const refused = tensors.length === 0 && isKmError(error);
    return { id, status: refused ? 'passed' : 'failed', reason };
  }
}

async function compareAll(
  checkpoint: Checkpoint,
  expected: readonly ExpectedTensor[],
): Promise<string> {
  let values = 0;
  let absent = 0;
  for (const { name, dtype, shape, sha256 } of expected) {
    const tensor = checkpoint.tensors.get(name);
    if (tensor === undefined) throw new Error(`${name} is missing`);
    if (tensor.dtype !== dtype || String(tensor.shape) !== String(shape))
      throw new Error(`${name} is ${tensor.dtype} [${tensor.shape}], not ${dtype} [${shape}]`);
    if (sha256 === undefined) {
      await tensor.read().catch(ignoreMissingData);
      absent++;
    } else {
      if (!digests(await tensor.read()).includes(sha256))
        throw new Error(`${name} has other values`);
      values++;
    }
  }
  if (checkpoint.tensors.size + checkpoint.opaque.size !== expected.length)
    throw new Error(`${checkpoint.tensors.size} tensors, not ${expected.length}`);
  return `${values} tensors equal${absent > 0 ? `, ${absent} without values in the corpus` : ''}`;
}

/** Data files that the corpus could not get are an error that says so, which is as it should be. */
function ignoreMissingData(error: unknown): undefined {
  if (isKmError(error, 'KM_NOT_FOUND')) return undefined;
  throw error;
}

/**
 * Digests of a tensor that count as equal: that of its values, and for strings also that of the values without zero
 * bytes at their ends, since NumPy, with which the expected ones were made, drops these.
 */
function digests(tensor: Tensor): string[] {
  if (tensor.dtype !== 'string')
    return [createHash('sha256').update(encodeTensor(tensor)).digest('hex')];
  const cut = tensor.data.map((bytes) => {
    let end = bytes.length;
    while (bytes[end - 1] === 0) end--;
    return bytes.subarray(0, end);
  });
  return [tensor.data, cut].map((strings) => {
    const hash = createHash('sha256');
    for (const bytes of strings) {
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(bytes.length));
      hash.update(length).update(bytes);
    }
    return hash.digest('hex');
  });
}

function readJson<Content>(file: string): Content {
  return JSON.parse(readFileSync(file, 'utf8'));
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { filter: { type: 'string', default: '' } },
  });
  const [folder] = positionals;
  if (folder === undefined) throw new Error('usage: corpus-checkpoints.ts FOLDER');
  const outcomes = await corpusCheckpoints(folder, values.filter);
  for (const { id, status, reason } of outcomes) console.log(`${status.padEnd(8)}${id}: ${reason}`);
  const count = (status: string): number => outcomes.filter((o) => o.status === status).length;
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  if (count('failed') > 0 || outcomes.length === 0) process.exitCode = 1;
}

if (path.basename(process.argv[1] ?? '') === 'corpus-checkpoints.ts') await main();
