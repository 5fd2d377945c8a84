import { castTensor, isDType, type ReadOptions, type Tensor } from '@km/core';
import type { saved_model } from '@km/keras';
import { detect } from '../place/detect.ts';
import { filepathOf, placeOf } from '../place/place.ts';
import { UsageError } from '../usage-error.ts';
import { bindArrays } from './bind-arrays.ts';
import type { RuntimeOptions } from './runtime-options.ts';

/** Options of a call of a signature, with those that it cannot have. */
export interface SignatureOptions extends RuntimeOptions {
  readonly batchSize?: number;
  /** Tags of the graph, separated by commas. */
  readonly tags?: string;
}

/**
 * Calls a signature of a SavedModel once with all arrays, which are cast to the types that it takes, and gives its
 * outputs under their names.
 * @throws UsageError for a file without signatures, an unknown one, or arrays that do not fit it.
 */
export async function predictSignature(
  path: string,
  name: string,
  arrays: ReadonlyMap<string, Tensor>,
  options: SignatureOptions,
  read: ReadOptions,
): Promise<ReadonlyMap<string, Tensor>> {
  refuseOptions(options);
  const place = await placeOf(path);
  const found = await detect(place, { signal: read.signal });
  if (found.kind !== 'saved-model') {
    throw new UsageError('only a SavedModel has signatures: leave --signature away');
  }
  const { ready, saved_model } = await import('@km/keras');
  await ready(options.backend);
  const tags = options.tags?.split(',').map((tag) => tag.trim());
  const loading = saved_model.load(filepathOf(place), tags ?? null, null, read);
  const { signatures } = await loading.catch((error: unknown) => {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`${error.message.replace(/;[^;]*$/, '')}: choose one with --tags`);
  });
  const signature = signatures[name];
  if (signature === undefined) {
    const names = Object.keys(signatures).sort().join(', ') || 'none';
    throw new UsageError(`${path} has no signature ${name}; it has: ${names}`);
  }
  return signature.call_records(inputsOf(name, signature, arrays));
}

function refuseOptions({ architecture, customObjects, batchSize }: SignatureOptions): void {
  const given = [
    ['--architecture', architecture],
    ['--custom-objects', customObjects],
    ['--batch-size', batchSize],
  ].find(([, value]) => value !== undefined);
  if (given === undefined) return;
  throw new UsageError(
    `--signature calls a stored function once with all samples: leave ${given[0]} away`,
  );
}

function inputsOf(
  name: string,
  { inputs }: saved_model.LoadedSignature,
  arrays: ReadonlyMap<string, Tensor>,
): Map<string, Tensor> {
  const slots = inputs.map((spec) => ({ name: spec.name, shape: spec.shape ?? undefined }));
  const bound = bindArrays('input', slots, arrays, `the signature ${name}`);
  const records = new Map<string, Tensor>();
  for (const [i, spec] of inputs.entries()) {
    const tensor = bound[i];
    if (tensor !== undefined) records.set(spec.name, asDType(spec, tensor));
  }
  return records;
}

/** Casts numbers as NumPy does; text and numbers never become each other. */
function asDType(
  { name, dtype }: saved_model.LoadedSignature['inputs'][number],
  tensor: Tensor,
): Tensor {
  if (tensor.dtype === dtype) return tensor;
  if (!isDType(dtype) || (dtype === 'string') !== (tensor.dtype === 'string')) {
    throw new UsageError(`the input ${name} takes ${dtype}, the file has ${tensor.dtype}`);
  }
  return castTensor(tensor, dtype).tensor;
}
