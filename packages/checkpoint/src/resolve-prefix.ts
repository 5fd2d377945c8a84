import { NotFoundError, type ReadableStore, type ReadOptions, UnsupportedError } from '@km/core';
import { FOOTER_BYTES, TABLE_MAGIC } from './decode-table.ts';
import { indexKey, joinKey } from './file-names.ts';
import { latestCheckpoint } from './latest-checkpoint.ts';
import { refuseLfsPointer } from './lfs-pointer.ts';

const FILE_OF_CHECKPOINT = /\.(?:index|meta|data-\d{5}-of-\d{5})$/;

/**
 * Finds the prefix of a checkpoint from what people pass: the prefix, one of its files, a directory with a state file
 * (its newest checkpoint), or a SavedModel (its variables).
 * @throws NotFoundError when there is no checkpoint; UnsupportedError for one of the first version of the format.
 */
export async function resolvePrefix(
  store: ReadableStore,
  path: string,
  options?: ReadOptions,
): Promise<string> {
  const directory = path.replace(/\/+$/, '');
  const candidates = directory === '' ? [] : [directory, directory.replace(FILE_OF_CHECKPOINT, '')];
  for (const prefix of new Set(candidates)) {
    if ((await store.open(indexKey(prefix), options)) !== undefined) return prefix;
  }
  const latest = await latestCheckpoint({ store, path: directory }, options);
  if (latest !== undefined) return latest;
  const variables = joinKey(directory, 'variables/variables');
  if ((await store.open(indexKey(variables), options)) !== undefined) return variables;
  if (directory !== '') await refuseOther(store, directory, options);
  throw new NotFoundError(
    `There is no checkpoint ${JSON.stringify(path)}: neither ${path}.index nor a "checkpoint" file in ${path}/ that names one; check the path.`,
    { source: path },
  );
}

/** Says what a file is that was taken for a checkpoint. */
async function refuseOther(
  store: ReadableStore,
  key: string,
  options?: ReadOptions,
): Promise<void> {
  const source = await store.open(key, options);
  if (source === undefined) return;
  await refuseLfsPointer(source, options);
  if (source.byteLength < FOOTER_BYTES) return;
  const end = await source.read(source.byteLength - 8, source.byteLength, {
    signal: options?.signal,
  });
  if (new DataView(end.buffer, end.byteOffset).getBigUint64(0, true) !== TABLE_MAGIC) return;
  throw new UnsupportedError(
    `${source.name} is a checkpoint of the first version of the format (TensorFlow before 0.12), one file without index; read it with TensorFlow 1 and save it again.`,
    { source: source.name },
  );
}
