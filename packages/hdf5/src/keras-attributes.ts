import { malformed, type Named } from './errors.ts';
import type { H5Dataset, H5Group } from './file.ts';

/** Reads an attribute that holds one text. */
export async function readText(
  file: Named,
  object: H5Group | H5Dataset,
  name: string,
): Promise<string | undefined> {
  const attribute = await object.attribute(name);
  if (attribute === undefined) return undefined;
  const [value] = attribute.values;
  if (attribute.values.length === 1 && typeof value === 'string') return value;
  throw malformed(file, `attribute ${name} of ${object.path} is not one text`, object.path);
}

/**
 * Reads a list of names, which Keras splits into `name0`, `name1`, … above 64,512 bytes.
 * Resolves to `undefined` when there is neither.
 */
export async function readNames(
  file: Named,
  object: H5Group,
  name: string,
): Promise<readonly string[] | undefined> {
  const whole = await readList(file, object, name);
  if (whole !== undefined) return unique(file, object, name, whole);
  let names: readonly string[] = [];
  for (let part = 0; ; part++) {
    const list = await readList(file, object, `${name}${part}`);
    if (list === undefined) return part === 0 ? undefined : unique(file, object, name, names);
    names = names.concat(list);
  }
}

async function readList(
  file: Named,
  object: H5Group,
  name: string,
): Promise<readonly string[] | undefined> {
  const attribute = await object.attribute(name);
  if (attribute === undefined) return undefined;
  // An empty list has whatever type: h5py writes float64.
  const texts = attribute.values.filter((value) => typeof value === 'string');
  if (texts.length === attribute.values.length && attribute.shape.length === 1) return texts;
  throw malformed(file, `attribute ${name} of ${object.path} is not a list of texts`, object.path);
}

function unique(
  file: Named,
  object: H5Group,
  name: string,
  names: readonly string[],
): readonly string[] {
  const seen = new Set<string>();
  const twice = names.find((item) => seen.size === seen.add(item).size);
  if (twice === undefined) return names;
  throw malformed(file, `attribute ${name} of ${object.path} lists ${twice} twice`, object.path);
}
