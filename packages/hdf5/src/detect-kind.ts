import { LimitError, MAX_RECURSION } from '@km/core';
import type { H5Group } from './file.ts';
import { MAX_GROUPS } from './limits.ts';

/** What an HDF5 file holds: a whole model, legacy weights, v3 weights, or something that is not of Keras. */
export type H5Kind = 'model' | 'weights' | 'weights-v3' | 'other';

/** Tells what an open HDF5 file holds. */
export async function kindOf(root: H5Group): Promise<H5Kind> {
  const attributes = await root.attributeNames();
  if (attributes.includes('model_config')) return 'model';
  if (attributes.includes('layer_names') || attributes.includes('layer_names0')) return 'weights';
  if ((await root.open('model_weights'))?.kind === 'group') return 'weights';
  return (await holdsVariables(root)) ? 'weights-v3' : 'other';
}

/** True when some group has a group `vars`; sought breadth first, as it mostly stands near the root. */
async function holdsVariables(root: H5Group): Promise<boolean> {
  const pending = [{ group: root, depth: 0 }];
  for (const { group, depth } of pending) {
    for (const name of await group.names()) {
      const child = await group.open(name);
      if (child?.kind !== 'group') continue;
      if (name === 'vars') return true;
      if (pending.length >= MAX_GROUPS) {
        throw new LimitError(`The file has more than ${MAX_GROUPS} groups.`);
      }
      if (depth < MAX_RECURSION) pending.push({ group: child, depth: depth + 1 });
    }
  }
  return false;
}
