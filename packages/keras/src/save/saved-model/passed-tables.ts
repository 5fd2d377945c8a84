import type { Tensor } from '@km/core';
import { Layer, type TrackableView } from '@km/layers';
import { originOf } from '../../revive/origin.ts';
import { SavedPart } from '../../revive/saved-part.ts';
import { passedFrom } from './passed-layers.ts';

/** Adds the tables that functions which are passed on may change, and whose contents therefore stand in checkpoints. */
export function withPassedTables(view: TrackableView): TrackableView {
  return {
    ...view,
    children: (item) => [...view.children(item), ...tablesOf(item)],
    values: (item) =>
      item instanceof SavedPart
        ? [{ name: item.objects.tables.get(item.node.id) ?? '', fullName: '' }]
        : view.values(item),
  };
}

function tablesOf(item: object): (readonly [name: string, child: object])[] {
  const { objects, node } = (item instanceof Layer ? passedFrom(item) : originOf(item)) ?? {};
  if (objects === undefined || node === undefined) return [];
  return node.children.flatMap(({ name, node: id }) =>
    objects.tables.has(id) ? [[name, objects.part(id)] as const] : [],
  );
}

/** The tensors of a table that is passed on, under its key; none for what is no table. */
export function passedTensors(item: object, key: string): (readonly [string, Tensor])[] {
  if (!(item instanceof SavedPart)) return [];
  const [keys, values] = item.objects.tableRecords(item.node.id);
  return [
    [`${key}-keys`, keys],
    [`${key}-values`, values],
  ];
}
