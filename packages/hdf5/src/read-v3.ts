import { type ByteSource, type LazyTensor, MAX_RECURSION, type ReadOptions } from '@km/core';
import { kindOf } from './detect-kind.ts';
import { incomplete, type Named, notFound, tooLarge } from './errors.ts';
import { type H5Group, openFile } from './file.ts';
import { readText } from './keras-attributes.ts';
import { MAX_GROUPS } from './limits.ts';
import type { H5Variables, H5WeightsV3 } from './model.ts';

interface Walk extends Named {
  readonly objects: Map<string, H5Variables>;
  groups: number;
}

/**
 * Reads weights in the v3 layout from a source; objects come in the order of their paths, variables in that of their numbers.
 * @throws NotFoundError when the file holds something else, saying what; MalformedError when it is damaged.
 */
export async function readV3(source: ByteSource, options?: ReadOptions): Promise<H5WeightsV3> {
  const root = await openFile(source, options);
  const kind = await kindOf(root);
  if (kind !== 'weights-v3') {
    const what =
      kind === 'other'
        ? 'no Keras weights: it is HDF5 of another program'
        : 'legacy weights: read them with readWeightsH5';
    throw notFound(source, `file holds ${what}`);
  }
  const walk: Walk = { name: source.name, objects: new Map(), groups: 0 };
  await visit(walk, root, '', 0);
  return walk.objects;
}

async function visit(walk: Walk, group: H5Group, path: string, depth: number): Promise<void> {
  walk.groups += 1;
  if (walk.groups > MAX_GROUPS || depth > MAX_RECURSION) {
    throw tooLarge(
      walk,
      `groups nest deeper than ${MAX_RECURSION} or are more than ${MAX_GROUPS}`,
      path,
    );
  }
  for (const name of await group.names()) {
    const child = await group.open(name);
    if (child?.kind !== 'group') continue;
    if (name === 'vars') walk.objects.set(path, await readVariables(walk, child));
    else await visit(walk, child, path === '' ? name : `${path}/${name}`, depth + 1);
  }
}

async function readVariables(walk: Walk, group: H5Group): Promise<H5Variables> {
  const names = await group.names();
  const variables: LazyTensor[] = [];
  for (const [i] of names.entries()) {
    const child = await group.open(String(i));
    if (child?.kind !== 'dataset') {
      throw incomplete(
        walk,
        `has no dataset ${i} among ${names.join(', ').slice(0, 200)}`,
        group.path,
      );
    }
    variables.push(await child.tensor());
  }
  const name = await readText(walk, group, 'name');
  return name === undefined ? { variables } : { name, variables };
}
