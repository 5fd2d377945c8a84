import {
  decodeObjectGraph,
  encodeObjectGraph,
  escapeEdge,
  layoutObjects,
  type ObjectView,
  readCheckpoint,
} from '@km/checkpoint';
import { isKmError } from '@km/core';
import { fixturePath } from '@km/test-utils';

/** Object of a small program. */
interface Item {
  readonly edges: Record<string, Item>;
  readonly variable?: string;
  readonly slots?: { name: string; variable: Item; value: Item }[];
}

const view: ObjectView<Item> = {
  children: (item) => Object.entries(item.edges),
  values: ({ variable }) =>
    variable === undefined ? [] : [{ name: 'VARIABLE_VALUE', fullName: variable }],
  slots: ({ slots = [] }) => slots,
};

const variable = (name: string): Item => ({ edges: {}, variable: name });

async function graphOf(name: string) {
  const checkpoint = await readCheckpoint(fixturePath(`checkpoint/${name}`));
  const graph = await checkpoint.readObjectGraph();
  if (graph === undefined) throw new Error('no graph');
  return { checkpoint, graph };
}

test.each(['tf-2.15.1/trained/ckpt-1', 'tf-2.4.4/trained/ckpt-1', 'tf-2.4.4/weights'])(
  'the graph of %s leads to every tensor',
  async (name) => {
    const { checkpoint, graph } = await graphOf(name);
    const keys = graph.nodes.flatMap(({ attributes }) => attributes.map(({ key }) => key));
    const tensors = [...checkpoint.tensors.keys()].slice(0, -1);
    expect(new Set(keys)).toEqual(new Set(tensors));
  },
);

test('the slots of a legacy optimizer name their variable', async () => {
  const { graph } = await graphOf('tf-2.4.4/trained/ckpt-1');
  const [slot] = graph.nodes.flatMap(({ slots }) => slots);
  expect(graph.nodes[slot?.variable ?? -1]?.attributes[0]?.fullName).toBe('first/kernel');
  expect(graph.nodes[slot?.node ?? -1]?.attributes[0]).toEqual({
    name: 'VARIABLE_VALUE',
    fullName: 'Adam/first/kernel/m',
    key: 'model/layer_with_weights-0/kernel/.OPTIMIZER_SLOT/optimizer/m/.ATTRIBUTES/VARIABLE_VALUE',
  });
});

test('whether objects have values is known from TensorFlow 2.10 on only', async () => {
  const old = await graphOf('tf-2.4.4/weights');
  expect(old.graph.nodes.every(({ hasValues }) => hasValues === undefined)).toBe(true);
  const recent = await graphOf('tf-2.15.1/trained/ckpt-1');
  expect(recent.graph.nodes.map(({ hasValues }) => hasValues)).toContain(true);
});

test('a checkpoint of names has no graph', async () => {
  const checkpoint = await readCheckpoint(fixturePath('checkpoint/tf-2.15.1/named/model.ckpt-5'));
  expect(await checkpoint.readObjectGraph()).toBeUndefined();
});

test('a graph that was read is encoded as it was', async () => {
  const { checkpoint, graph } = await graphOf('tf-2.15.1/trained/ckpt-1');
  const tensor = await [...checkpoint.tensors.values()].at(-1)?.read();
  const bytes = tensor?.dtype === 'string' ? tensor.data[0] : undefined;
  expect(encodeObjectGraph(graph)).toEqual(bytes);
});

test('the objects of a program are laid out as TensorFlow laid them out', async () => {
  const { checkpoint, graph } = await graphOf('tf-2.15.1/trained/ckpt-1');
  const items = graph.nodes.map(
    ({ attributes: [attribute] }): Item => ({
      edges: {},
      ...(attribute && { variable: attribute.fullName }),
    }),
  );
  for (const [index, { children }] of graph.nodes.entries()) {
    for (const { name, node } of children) {
      const child = items[node];
      const edges = items[index]?.edges;
      if (child !== undefined && edges !== undefined) edges[name] = child;
    }
  }
  const [root] = items;
  const layout = layoutObjects(root ?? variable(''), view);
  expect(layout.graph).toEqual(graph);
  expect(layout.values.map(({ key }) => key)).toEqual([...checkpoint.tensors.keys()].slice(0, -1));
});

test('the slots of a program are laid out as TensorFlow laid them out', async () => {
  const { graph } = await graphOf('tf-2.4.4/trained/ckpt-1');
  const slotNodes = new Set(graph.nodes.flatMap(({ slots }) => slots.map(({ node }) => node)));
  const items = graph.nodes.map(
    ({ attributes: [attribute] }): Item => ({
      edges: {},
      slots: [],
      ...(attribute && { variable: attribute.fullName }),
    }),
  );
  const at = (index: number): Item => items[index] ?? variable('');
  for (const [index, { children, slots }] of graph.nodes.entries()) {
    const item = at(index);
    for (const { name, node } of children) item.edges[name] = at(node);
    for (const slot of slots) {
      item.slots?.push({ name: slot.name, variable: at(slot.variable), value: at(slot.node) });
    }
    // The order of the program is another one: the layout must put it right.
    item.slots?.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) || -1);
  }
  const layout = layoutObjects(at(0), view);
  const withoutMarks = layout.graph.nodes.map(({ hasValues: _, ...node }) => node);
  expect(withoutMarks).toEqual(graph.nodes);
  expect(slotNodes.size).toBe(8);
});

test('the first and shortest path to an object names it, and every edge is listed', () => {
  const shared = variable('w');
  const root: Item = { edges: { b: { edges: { deep: shared } }, a: { edges: {} }, w: shared } };
  root.edges.a = { edges: { back: root } };
  const { graph, values } = layoutObjects(root, view);
  expect(values.map(({ key }) => key)).toEqual(['w/.ATTRIBUTES/VARIABLE_VALUE']);
  expect(graph.nodes.map(({ children }) => children)).toEqual([
    [
      { name: 'b', node: 1 },
      { name: 'a', node: 2 },
      { name: 'w', node: 3 },
    ],
    [{ name: 'deep', node: 3 }],
    [{ name: 'back', node: 0 }],
    [],
  ]);
  expect(graph.nodes.map(({ hasValues }) => hasValues)).toEqual([true, true, true, true]);
});

test('names of edges are escaped, and a variable that is the root has a key that starts with a slash [CheckpointingTests.testVariableNameEscaping] [CheckpointingTests.testLocalNameValidation]', () => {
  expect(escapeEdge('p.q')).toBe('p..q');
  expect(escapeEdge('x/y')).toBe('x.Sy');
  expect(layoutObjects(variable('v'), view).values[0]?.key).toBe('/.ATTRIBUTES/VARIABLE_VALUE');
});

test('a graph that refers to an object that is not there is refused', () => {
  const slots = [{ name: 'm', variable: 0, node: 7 }];
  const bytes = encodeObjectGraph({ nodes: [{ children: [], attributes: [], slots }] });
  expect.assertions(2);
  try {
    decodeObjectGraph(bytes);
  } catch (error) {
    expect(isKmError(error, 'KM_MALFORMED')).toBe(true);
  }
  expect(() => decodeObjectGraph(Uint8Array.of(10, 5))).toThrow('damaged');
});
