import { Layer, type Shapes } from '@km/layers';
import { buildShape } from './metadata.ts';
import type { ReviverSources } from './reviver.ts';
import { sameNames } from './same-names.ts';

/** Builds a layer; it is noted for which shape, also where its class does not note it. */
export function buildLayer(layer: Layer, shape: Shapes): void {
  layer.build(shape);
  Layer.prototype.build.call(layer, shape);
}

/** Makes the weights inside a layer that only a call would make; tells whether there were any. */
export function buildParts(
  id: number,
  layer: Layer,
  { objects, metadata }: Pick<ReviverSources, 'objects' | 'metadata'>,
): boolean {
  const open = [...sameNames(objects.graph, id, layer)].filter(
    ([, live]) => live instanceof Layer && !live.built,
  );
  for (const [index, live] of open) {
    const shape = buildShape(metadata.get(index)?.json.build_input_shape);
    if (shape !== null) buildLayer(live as Layer, shape);
  }
  return open.length > 0;
}
