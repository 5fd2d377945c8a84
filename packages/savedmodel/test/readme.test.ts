import { memoryStore } from '@km/core';
import {
  bindVariables,
  readSavedModel,
  type SavedNode,
  type SavedNodeKind,
  selectMetaGraph,
  writeSavedModel,
} from '@km/savedmodel';
import { fixturePath } from '@km/test-utils';

test('the example of the README lists inputs and variables', async () => {
  const model = await readSavedModel(fixturePath('savedmodel/tf-2.15.1/keras'));
  const graph = selectMetaGraph(model, ['serve']);
  const inputs = graph.signatures.get('serving_default')?.inputs ?? new Map();
  expect(Array.from(inputs, ([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
    ['hidden_input', 'float32', [null, 3]],
  ]);
  const { variables } = await bindVariables(model, graph);
  const names = Array.from(variables.values(), ({ variable }) => variable.name);
  expect(names).toEqual(
    expect.arrayContaining(['hidden/kernel', 'out/bias', 'Adam/hidden/kernel/m']),
  );
  for (const { tensor } of variables.values()) {
    expect((await tensor.read()).data).toHaveLength(tensor.shape.reduce((a, b) => a * b, 1));
  }
});

test('the example of the README writes a variable', async () => {
  const key = 'weight/.ATTRIBUTES/VARIABLE_VALUE';
  const edge = { name: 'weight', node: 1 };
  const node = (id: number, value: SavedNodeKind, children: SavedNode['children'] = []) => ({
    id,
    value,
    children,
    dependencies: [],
    slots: [],
    saveables: new Map(),
    registeredName: '',
    registeredSaver: '',
    serializedUserProto: undefined,
  });
  const root = { kind: 'userObject', identifier: '_generic_user_object' } as const;
  const weight = { kind: 'variable', name: 'weight', dtype: 'float32', shape: [2] } as const;
  const store = memoryStore();
  await writeSavedModel(
    { store, path: '' },
    {
      objects: {
        nodes: [
          node(0, { ...root, producer: 1, minConsumer: 1, metadata: '' }, [edge]),
          node(1, {
            ...weight,
            trainable: true,
            synchronization: 0,
            aggregation: 0,
            device: '',
            components: [],
          }),
        ],
        concreteFunctions: new Map(),
      },
      functions: [],
      variables: {
        objects: {
          nodes: [
            { children: [edge], attributes: [], slots: [] },
            {
              children: [],
              attributes: [{ name: 'VARIABLE_VALUE', fullName: 'weight', key }],
              slots: [],
            },
          ],
        },
        tensors: [[key, { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) }]],
        keys: new Map([[1, key]]),
      },
    },
  );
  const model = await readSavedModel({ store, path: '' });
  const { variables } = await bindVariables(model, selectMetaGraph(model, ['serve']));
  const [bound] = variables.values();
  expect((await bound?.tensor.read())?.data).toEqual(Float32Array.of(1, 2));
});
