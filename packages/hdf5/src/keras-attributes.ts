import { MalformedError, type ReadOptions } from '@km/core';
import type { H5Dataset, H5Group } from './file.ts';

/** Names of a file for messages. */
export interface Place {
  readonly file: string;
}

/** Reads an attribute that holds one text. */
export async function readText(
  { file }: Place,
  object: H5Group | H5Dataset,
  name: string,
  options?: ReadOptions,
): Promise<string | undefined> {
  const attribute = await object.attribute(name, options);
  if (attribute === undefined) return undefined;
  const [value] = attribute.values;
  if (attribute.values.length === 1 && typeof value === 'string') return value;
  throw new MalformedError(`${file}: attribute ${name} of ${object.path} is not one text.`, {
    source: file,
    path: object.path,
  });
}

/**
 * Reads a list of names, which Keras splits into `name0`, `name1`, … above 64,512 bytes.
 * Resolves to `undefined` when there is neither.
 */
export async function readNames(
  place: Place,
  object: H5Group,
  name: string,
  options?: ReadOptions,
): Promise<readonly string[] | undefined> {
  const whole = await readList(place, object, name, options);
  if (whole !== undefined) return unique(place, object, name, whole);
  const names: string[] = [];
  for (let part = 0; ; part++) {
    const list = await readList(place, object, `${name}${part}`, options);
    if (list === undefined) return part === 0 ? undefined : unique(place, object, name, names);
    names.push(...list);
  }
}

async function readList(
  { file }: Place,
  object: H5Group,
  name: string,
  options: ReadOptions | undefined,
): Promise<readonly string[] | undefined> {
  const attribute = await object.attribute(name, options);
  if (attribute === undefined) return undefined;
  // An empty list has whatever type: h5py writes float64.
  const texts = attribute.values.filter((value) => typeof value === 'string');
  if (texts.length === attribute.values.length && attribute.shape.length === 1) return texts;
  throw new MalformedError(`${file}: attribute ${name} of ${object.path} is not a list of texts.`, {
    source: file,
    path: object.path,
  });
}

function unique(
  { file }: Place,
  object: H5Group,
  name: string,
  names: readonly string[],
): readonly string[] {
  const seen = new Set<string>();
  const twice = names.find((item) => seen.size === seen.add(item).size);
  if (twice === undefined) return names;
  throw new MalformedError(`${file}: attribute ${name} of ${object.path} lists ${twice} twice.`, {
    source: file,
    path: object.path,
  });
}
