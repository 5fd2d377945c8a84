import type { TrackableView } from '@km/layers';

/** All objects that can be reached from a root, slots of optimizers included. */
export function reachable(root: object, view: TrackableView): readonly object[] {
  const found = new Set([root]);
  for (const item of found) {
    for (const [, child] of view.children(item)) found.add(child);
    for (const { value } of view.slots(item)) found.add(value);
  }
  return [...found];
}
