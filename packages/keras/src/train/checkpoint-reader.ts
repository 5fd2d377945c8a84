import {
  latestCheckpoint,
  readCheckpoint,
  type Checkpoint as StoredCheckpoint,
} from '@km/checkpoint';
import { type DType, NotFoundError, type ReadOptions, type Shape, type Tensor } from '@km/core';
import { type CheckpointPath, inDirectory } from '../paths/checkpoint-path.ts';
import { placeOf } from '../paths/platform.ts';

/** Gives the tensors of a checkpoint by their names. */
export class CheckpointReader {
  readonly #checkpoint: StoredCheckpoint;

  constructor(checkpoint: StoredCheckpoint) {
    this.#checkpoint = checkpoint;
  }

  /** The shapes of all tensors by name. */
  get_variable_to_shape_map(): ReadonlyMap<string, Shape> {
    return new Map([...this.#checkpoint.tensors].map(([name, { shape }]) => [name, shape]));
  }

  /** The element types of all tensors by name. */
  get_variable_to_dtype_map(): ReadonlyMap<string, DType> {
    return new Map([...this.#checkpoint.tensors].map(([name, { dtype }]) => [name, dtype]));
  }

  has_tensor(name: string): boolean {
    return this.#checkpoint.tensors.has(name);
  }

  /** Reads a tensor. @throws NotFoundError for a name that the checkpoint does not have. */
  async get_tensor(name: string, options?: ReadOptions): Promise<Tensor> {
    const tensor = this.#checkpoint.tensors.get(name);
    if (tensor !== undefined) return tensor.read(options);
    throw new NotFoundError(
      `The checkpoint ${this.#checkpoint.prefix} has no tensor ${name}: list_variables gives their names.`,
      { source: this.#checkpoint.prefix },
    );
  }
}

/**
 * Finds the newest checkpoint of a directory by its state file; null when there is none.
 * The result is a path of the same kind, for `Checkpoint.restore`.
 */
export async function latest_checkpoint<Path extends CheckpointPath>(
  checkpoint_dir: Path,
  options?: ReadOptions,
): Promise<Path | null> {
  const { store, path } = placeOf(checkpoint_dir);
  const prefix = await latestCheckpoint({ store, path }, options);
  if (prefix === undefined) return null;
  return inDirectory(checkpoint_dir, path === '' ? prefix : prefix.slice(path.length + 1));
}

/** Opens a checkpoint, given by its path or by its directory, to look into it. */
export async function load_checkpoint(
  ckpt_dir_or_file: CheckpointPath,
  options?: ReadOptions,
): Promise<CheckpointReader> {
  const { store, path } = placeOf(ckpt_dir_or_file);
  return new CheckpointReader(await readCheckpoint({ store, path }, options));
}

/** Lists the tensors of a checkpoint with their shapes, by name. */
export async function list_variables(
  ckpt_dir_or_file: CheckpointPath,
  options?: ReadOptions,
): Promise<readonly (readonly [name: string, shape: Shape])[]> {
  const reader = await load_checkpoint(ckpt_dir_or_file, options);
  return [...reader.get_variable_to_shape_map()].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Reads one tensor of a checkpoint. */
export async function load_variable(
  ckpt_dir_or_file: CheckpointPath,
  name: string,
  options?: ReadOptions,
): Promise<Tensor> {
  const reader = await load_checkpoint(ckpt_dir_or_file, options);
  return reader.get_tensor(name, options);
}
