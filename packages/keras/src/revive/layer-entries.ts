import { isJsonObject, type JsonValue } from '@km/keras-config';
import type { SavedNode } from '@km/savedmodel';
import type { ObjectMetadata } from './metadata.ts';

/** Entries of the config of a model, each with the index of the object of its layer where there is one. */
export function layerEntries(
  { children }: SavedNode,
  entries: readonly JsonValue[],
  metadata: ReadonlyMap<number, ObjectMetadata>,
): (readonly [entry: JsonValue, id: number | undefined])[] {
  const listed = children.filter(({ name }) => /^layer-\d+$/.test(name));
  const byName = new Map(listed.map(({ node }) => [metadata.get(node)?.name, node]));
  // A stack lists its layers by index, after an input layer that is no object.
  const first = entries.length - listed.length;
  return entries.map((entry, i) => {
    const name = nameOf(entry);
    return [entry, name === undefined ? listed[i - first]?.node : byName.get(name)];
  });
}

/** Name of the layer that an entry describes; undefined for one that was saved without its config. */
function nameOf(entry: JsonValue): string | undefined {
  if (!isJsonObject(entry)) return undefined;
  const name = (isJsonObject(entry.config) ? entry.config.name : undefined) ?? entry.name;
  return typeof name === 'string' ? name : undefined;
}
