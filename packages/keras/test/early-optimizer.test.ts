import { type ObjectNode, writeCheckpoint } from '@km/checkpoint';
import { lazyFromTensor, memoryStore, type Tensor } from '@km/core';
import { layers, optimizers, ready, Sequential } from '@km/keras';

beforeAll(() => ready());

const node = (children: Readonly<Record<string, number>>, key?: string): ObjectNode => ({
  children: Object.entries(children).map(([name, to]) => ({ name, node: to })),
  attributes: key === undefined ? [] : [{ name: 'VARIABLE_VALUE', fullName: key, key }],
  slots: [],
});

/** Writes the state of an experimental SGD of TensorFlow 2.10, or of a later one: does `counted` name the iterations? */
async function checkpointOf(counted: boolean) {
  const float = (data: readonly number[], shape: readonly number[]): Tensor => ({
    dtype: 'float32',
    shape,
    data: Float32Array.from(data),
  });
  const steps: Tensor = { dtype: 'int64', shape: [], data: BigInt64Array.of(3n) };
  const first = counted ? 1 : 0;
  const list = { ...(counted ? { 0: 5 } : {}), [first]: 7, [first + 1]: 8 };
  const nodes = [
    node({ 'layer-0': 1, optimizer: 4 }),
    node({ kernel: 2, bias: 3 }),
    node({}, 'kernel'),
    node({}, 'bias'),
    node({ _iterations: 5, _learning_rate: 9, _variables: 6 }),
    node({}, 'steps'),
    node(list),
    node({}, 'm_kernel'),
    node({}, 'm_bias'),
    node({}, 'rate'),
  ];
  const tensors = [
    ['kernel', float([1, 2], [2, 1])],
    ['bias', float([3], [1])],
    ['steps', steps],
    ['rate', float([0.5], [])],
    ['m_kernel', float([4, 5], [2, 1])],
    ['m_bias', float([6], [1])],
  ] as const;
  const target = { store: memoryStore(), path: 'weights' };
  const lazy = tensors.map(([name, tensor]) => [name, lazyFromTensor(tensor)] as const);
  await writeCheckpoint(target, lazy, { objectGraph: { nodes } });
  return target;
}

test.each([
  ['of TensorFlow 2.10, which do not count the steps', false],
  ['of later releases, which do', true],
])('the state of optimizers %s, goes to the variables that it belongs to', async (_, counted) => {
  const model = new Sequential([new layers.Dense({ units: 1, input_shape: [2] })]);
  model.compile({ optimizer: new optimizers.SGD({ momentum: 0.9 }), loss: 'mse' });
  model.optimizer?.build(model.trainable_variables);
  await model.load_weights(await checkpointOf(counted));
  const state = model.optimizer?.variables.map((variable) => [...variable.values()]);
  expect(state).toEqual([[3], [4, 5], [6]]);
});
