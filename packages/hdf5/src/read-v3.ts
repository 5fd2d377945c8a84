import {
  type ByteSource,
  type LazyTensor,
  LimitError,
  MAX_RECURSION,
  MalformedError,
  NotFoundError,
  type ReadOptions,
} from '@km/core';
import { kindOf } from './detect-kind.ts';
import { type H5Group, openFile } from './file.ts';
import { readText } from './keras-attributes.ts';
import { MAX_GROUPS } from './limits.ts';
import type { H5Variables, H5WeightsV3 } from './model.ts';

interface Walk {
  readonly file: string;
  readonly objects: Map<string, H5Variables>;
  groups: number;
}

/**
 * Reads weights in the v3 layout from a source; objects come in the order of their paths, variables in that of their numbers.
 * @throws NotFoundError when the file holds something else, saying what; MalformedError when it is damaged.
 */
export async function readV3(source: ByteSource, options?: ReadOptions): Promise<H5WeightsV3> {
  const root = await openFile(source, options);
  const kind = await kindOf(root, options);
  if (kind !== 'weights-v3') {
    const what =
      kind === 'other'
        ? 'no Keras weights: it is HDF5 of another program'
        : 'legacy weights: read them with readWeightsH5';
    throw new NotFoundError(`${source.name}: file holds ${what}.`, { source: source.name });
  }
  const walk: Walk = { file: source.name, objects: new Map(), groups: 0 };
  await visit(walk, root, '', 0, options);
  return walk.objects;
}

async function visit(
  walk: Walk,
  group: H5Group,
  path: string,
  depth: number,
  options: ReadOptions | undefined,
): Promise<void> {
  walk.groups += 1;
  if (walk.groups > MAX_GROUPS || depth > MAX_RECURSION) {
    throw new LimitError(
      `${walk.file}: groups nest deeper than ${MAX_RECURSION} or are more than ${MAX_GROUPS}; the file is hostile.`,
      { source: walk.file, path },
    );
  }
  for (const name of await group.names(options)) {
    const child = await group.open(name, options);
    if (child?.kind !== 'group') continue;
    if (name === 'vars') walk.objects.set(path, await readVariables(walk, child, options));
    else await visit(walk, child, path === '' ? name : `${path}/${name}`, depth + 1, options);
  }
}

async function readVariables(
  walk: Walk,
  group: H5Group,
  options: ReadOptions | undefined,
): Promise<H5Variables> {
  const names = await group.names(options);
  const variables: LazyTensor[] = [];
  for (const [i] of names.entries()) {
    const child = await group.open(String(i), options);
    if (child?.kind !== 'dataset') {
      throw new MalformedError(
        `${walk.file}: ${group.path} has no dataset ${i} among ${names.join(', ').slice(0, 200)}; the file is incomplete.`,
        { source: walk.file, path: group.path },
      );
    }
    variables.push(await child.tensor(options));
  }
  const name = await readText(walk, group, 'name', options);
  return name === undefined ? { variables } : { name, variables };
}
