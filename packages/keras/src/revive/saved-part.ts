import type { GraphDType, TracedHandle } from '@km/graph';
import type { SavedNode } from '@km/savedmodel';
import type { SavedObjects } from './saved-objects.ts';

/** Something in a file that functions capture and that is no variable: a table, a constant, the name of a file. */
export class SavedPart implements TracedHandle {
  readonly name: string;
  readonly objects: SavedObjects;
  readonly node: SavedNode;
  readonly tensor?: {
    readonly dtype: GraphDType;
    readonly shape: readonly (number | null)[];
  };

  /** @param tensor Kind of the tensor that functions get; missing where they get a handle. */
  constructor(objects: SavedObjects, node: SavedNode, tensor: SavedPart['tensor']) {
    this.name = `object ${node.id}`;
    this.objects = objects;
    this.node = node;
    if (tensor !== undefined) this.tensor = tensor;
  }
}
