import type { LazyTensor, Tensor } from '@km/core';

/** Value of an attribute to write: one text, or a list of texts. */
export type TreeAttribute =
  | { readonly kind: 'text'; readonly name: string; readonly value: string }
  | {
      readonly kind: 'list';
      readonly name: string;
      readonly values: readonly string[];
      /** Fixed-length strings of this many bytes; variable-length ones when left out. */
      readonly width?: number;
    };

/** A group to write. */
export interface TreeGroup {
  readonly kind: 'group';
  readonly attributes: TreeAttribute[];
  /** Children in the order in which their data is stored. */
  readonly children: Map<string, TreeGroup | TreeDataset>;
}

/** A dataset to write. */
export interface TreeDataset {
  readonly kind: 'dataset';
  readonly attributes: readonly TreeAttribute[];
  readonly tensor: Tensor | LazyTensor;
}

/** Makes an empty group. */
export function treeGroup(): TreeGroup {
  return { kind: 'group', attributes: [], children: new Map() };
}

/**
 * Adds a node below a group at a path, with the groups that lead to it. A group that is there is returned as it is.
 * @throws RangeError when the name is empty, absolute, or taken.
 */
export function addNode<N extends TreeGroup | TreeDataset>(
  group: TreeGroup,
  path: string,
  node: N,
): N | TreeGroup {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const last = parts.pop();
  if (last === undefined || path.startsWith('/') || path.includes('\0')) {
    throw new RangeError(`${JSON.stringify(path)} is no name that HDF5 can store.`);
  }
  let at = group;
  for (const part of parts) {
    const next = at.children.get(part) ?? treeGroup();
    if (next.kind === 'dataset') throw taken(path);
    at.children.set(part, next);
    at = next;
  }
  const found = at.children.get(last);
  if (found?.kind === 'group' && node.kind === 'group') return found;
  if (found !== undefined) throw taken(path);
  at.children.set(last, node);
  return node;
}

function taken(path: string): RangeError {
  return new RangeError(
    `The name ${path} is given to two weights, or to a weight and a group; rename one of them.`,
  );
}
