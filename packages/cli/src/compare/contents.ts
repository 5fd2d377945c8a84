import type { ReadOptions, Tensor } from '@km/core';
import type { Model, Variable } from '@km/keras';
import { isJsonObject, type JsonValue, parseConfig } from '@km/keras-config';
import { readNpz } from '../arrays/npz.ts';
import { type OpenModelOptions, openModel } from '../model/open-model.ts';
import { type Detected, detect } from '../place/detect.ts';
import { placeOf } from '../place/place.ts';

/** A named value of a file. */
export interface NamedTensor {
  readonly name: string;
  read(options: ReadOptions): Tensor | Promise<Tensor>;
}

/** What two files are compared by. */
export interface Contents {
  readonly format: Detected['kind'];
  /** Architecture of a model; undefined for a file of tensors. */
  readonly architecture?: JsonValue;
  readonly weights: readonly NamedTensor[];
  /** State of the optimizer of a model. */
  readonly optimizer: readonly NamedTensor[];
}

/**
 * Reads what a file is compared by: a model with its weights and the state of its optimizer; of a checkpoint or an
 * archive of arrays the tensors, unless an architecture is given.
 */
export async function contentsOf(
  path: string,
  options: OpenModelOptions,
  read: ReadOptions,
): Promise<Contents> {
  const found = await detect(await placeOf(path), { signal: read.signal });
  const tensors = options.architecture === undefined ? await tensorsOf(found, read) : undefined;
  if (tensors !== undefined) return { format: found.kind, weights: tensors, optimizer: [] };
  const { model } = await openModel(path, options, read);
  return {
    format: found.kind,
    architecture: configOf(model),
    weights: model.weights.map(named),
    optimizer: (model.optimizer?.variables ?? []).map(named),
  };
}

async function tensorsOf(found: Detected, read: ReadOptions): Promise<NamedTensor[] | undefined> {
  if (found.kind === 'npz') {
    const arrays = await readNpz(found.source, read);
    return Array.from(arrays, ([name, tensor]) => ({ name, read: () => tensor }));
  }
  if (found.kind !== 'checkpoint') return undefined;
  const { OBJECT_GRAPH_KEY, readCheckpoint } = await import('@km/checkpoint');
  const { tensors } = await readCheckpoint(found, read);
  return Array.from(tensors, ([name, tensor]) => ({
    name,
    read: (options: ReadOptions) => tensor.read(options),
  })).filter(({ name }) => name !== OBJECT_GRAPH_KEY);
}

function named(variable: Variable): NamedTensor {
  return { name: variable.name, read: () => variable.record() };
}

/** The configuration of a model, without the version of Keras that printed it. */
function configOf(model: Model): JsonValue {
  const printed = parseConfig(model.to_json());
  return isJsonObject(printed) ? (printed.config ?? null) : printed;
}
