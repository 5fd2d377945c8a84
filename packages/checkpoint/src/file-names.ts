/** Name of the file in a directory that lists its checkpoints. */
export const STATE_FILE = 'checkpoint';

/** Key of the index of a checkpoint. */
export function indexKey(prefix: string): string {
  return `${prefix}.index`;
}

/** Key of a data file of a checkpoint. */
export function shardKey(prefix: string, shard: number, shards: number): string {
  const digits = (value: number): string => String(value).padStart(5, '0');
  return `${prefix}.data-${digits(shard)}-of-${digits(shards)}`;
}

/** Key of an object in a directory; the directory `''` is the store itself. */
export function joinKey(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

/** Directory that a key lies in. */
export function directoryOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('/')));
}
