import { layers, ready, Sequential } from '@km/keras';
import type { SavedNode, SavedObjectGraph } from '@km/savedmodel';
import { sameNames } from '../src/revive/same-names.ts';

beforeAll(() => ready());

test('layers are paired by their places when a file counts a layer with a table among those with weights', () => {
  const model = new Sequential([
    new layers.StringLookup({ vocabulary: ['a', 'b'], input_shape: [3] }),
    new layers.Embedding({ input_dim: 4, output_dim: 2 }),
    new layers.Dense({ units: 1 }),
  ]);
  const children = [0, 1, 2].flatMap((i) => [
    { name: `layer_with_weights-${i}`, node: i + 1 },
    { name: `layer-${i}`, node: i + 1 },
  ]);
  const nodes = [{ id: 0, children }, ...[1, 2, 3].map((id) => ({ id, children: [] }))];
  const graph = { nodes: nodes as unknown as readonly SavedNode[] } as SavedObjectGraph;
  const pairs = sameNames(graph, 0, model);
  expect([1, 2, 3].map((id) => pairs.get(id))).toEqual(model.layers);
});
