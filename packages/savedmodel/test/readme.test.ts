import { bindVariables, readSavedModel, selectMetaGraph } from '@km/savedmodel';
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
