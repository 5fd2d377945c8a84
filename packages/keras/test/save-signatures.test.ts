import { memoryStore } from '@km/core';
import {
  type CallArgs,
  Input,
  Layer,
  layers,
  Model,
  models,
  ready,
  regularizers,
  Sequential,
  saved_model,
  type Variable,
} from '@km/keras';
import { nodeAt, readSavedModel, selectMetaGraph } from '@km/savedmodel';
import * as tf from '@tensorflow/tfjs-core';

beforeAll(() => ready());

type Named = { readonly [name: string]: tf.Tensor };

/** Saves a model, loads it as TensorFlow would without Keras, and calls its signature. */
async function served(model: Model, inputs: Named): Promise<Named> {
  const store = memoryStore();
  await model.save({ store, path: 'm' });
  const { signatures } = await saved_model.load({ store, path: 'm' });
  const signature = signatures.serving_default;
  if (signature === undefined) throw new Error('no signature');
  return signature(inputs);
}

function expectClose(found: tf.Tensor | undefined, expected: tf.Tensor): void {
  expect(found?.shape).toEqual(expected.shape);
  const values = [...(found?.dataSync() ?? [])];
  // Sums are taken in another order in graphs.
  expected.dataSync().forEach((value, i) => {
    expect(values[i]).toBeCloseTo(value, 5);
  });
}

class Doubled extends Model {
  readonly dense = new layers.Dense({ units: 2, name: 'dense' });

  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.mul(this.dense.apply<tf.Tensor>(inputs), 2);
  }
}

function functional(): Model {
  const inputs = Input({ shape: [3], name: 'x' });
  return new Model({ inputs, outputs: new layers.Dense({ units: 2 }).apply(inputs) });
}

test.each([
  ['sequential', () => new Sequential([new layers.Dense({ units: 2, input_shape: [3] })])],
  ['functional', functional],
  ['subclassed', () => new Doubled()],
])(
  'a %s model serves what it predicts, before and after fitting [ModelSaveTest.test_model_save]',
  async (_, make) => {
    const model = make();
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const [x, y] = [tf.randomUniform([4, 3]), tf.randomUniform([4, 2])];
    const names = async (): Promise<readonly [string, tf.Tensor][]> => {
      const expected = model.apply<tf.Tensor>(x);
      const name = model.input_names[0] ?? 'input_1';
      const found = await served(model, { [name]: x });
      return Object.entries(found).map(([key, value]) => {
        expectClose(value, expected);
        return [key, value];
      });
    };
    model.apply(x);
    expect(await names()).toHaveLength(1);
    await model.fit(x, y, { verbose: 0 });
    expect(await names()).toHaveLength(1);
  },
);

test('a model takes a dictionary of inputs by their names and gives a dictionary by its keys', async () => {
  class Both extends Model {
    override call({ left, right }: { left: tf.Tensor; right: tf.Tensor }): Named {
      return { sum: tf.add(left, right), difference: tf.sub(left, right) };
    }
  }
  const model = new Both();
  const [left, right] = [tf.tensor2d([[3, 4]]), tf.tensor2d([[1, 2]])];
  model.apply({ left, right } as never);
  const made = await served(model, { left, right });
  expect(Object.keys(made).sort()).toEqual(['difference', 'sum']);
  expect([...(made.difference?.dataSync() ?? [])]).toEqual([2, 2]);
});

test('several inputs and outputs are served under the names of their layers', async () => {
  const [a, b] = [Input({ shape: [2], name: 'b_in' }), Input({ shape: [2], name: 'a_in' })];
  const joined = new layers.Concatenate({ name: 'joined' }).apply([a, b]);
  const first = new layers.Dense({ units: 1, name: 'z' }).apply(joined);
  const model = new Model({ inputs: [a, b], outputs: [first, joined] });
  const [x, y] = [tf.randomUniform([2, 2]), tf.randomUniform([2, 2])];
  const [z, j] = model.apply<tf.Tensor[]>([x, y]);
  const made = await served(model, { b_in: x, a_in: y });
  expect(Object.keys(made).sort()).toEqual(['joined', 'z']);
  expectClose(made.z, z as tf.Tensor);
  expectClose(made.joined, j as tf.Tensor);
});

test('a fixed batch stays fixed, an open one stays open', async () => {
  for (const [batch_size, expected] of [
    [3, 3],
    [undefined, null],
  ] as const) {
    const inputs = Input({ shape: [2], name: 'x', batch_size });
    const model = new Model({ inputs, outputs: new layers.Dense({ units: 1 }).apply(inputs) });
    const store = memoryStore();
    await model.save({ store, path: 'm' });
    const graph = selectMetaGraph(await readSavedModel({ store, path: 'm' }), ['serve']);
    const signature = graph.signatures.get('serving_default');
    expect(signature?.inputs.get('x')?.shape).toEqual([expected, 2]);
    expect([...(signature?.outputs.values() ?? [])][0]?.shape).toEqual([expected, 1]);
  }
});

test('the file states a version of TensorFlow, and that defaults are left out of nodes [SaveTest.test_version_information_included] [SaveTest.test_default_attr_stripping]', async () => {
  const store = memoryStore();
  await functional().save({ store, path: 'm' });
  const graph = selectMetaGraph(await readSavedModel({ store, path: 'm' }), ['serve']);
  expect(graph.tensorflowVersion).toMatch(/^2\.\d+\.\d+$/);
  expect(graph.tensorflowGitVersion).not.toBe('');
  expect(graph.strippedDefaultAttrs).toBe(true);
  const products = graph.graph.functions.names.flatMap((name) =>
    (graph.graph.functions.get(name)?.nodeDef ?? []).filter(({ op }) => op === 'MatMul'),
  );
  expect(products.length).toBeGreaterThan(0);
  for (const { attr } of products) expect(Object.keys(attr)).toEqual(['T']);
});

test('a layer and its bag for Keras share one function', async () => {
  const store = memoryStore();
  await functional().save({ store, path: 'm' });
  const { objectGraph } = selectMetaGraph(await readSavedModel({ store, path: 'm' }), ['serve']);
  if (objectGraph === undefined) throw new Error('no objects');
  for (const owner of ['root', 'root.layer-1']) {
    const [own, bag] = ['', '.keras_api'].map((bagged) =>
      nodeAt(objectGraph, `${owner}${bagged}.__call__`),
    );
    expect(own?.id).toBe(bag?.id);
  }
});

test('a layer that appears twice is saved once', async () => {
  const inputs = Input({ shape: [2], name: 'x' });
  const dense = new layers.Dense({ units: 2 });
  const model = new Model({ inputs, outputs: dense.apply(dense.apply(inputs)) });
  const x = tf.randomUniform([1, 2]);
  const [made] = Object.values(await served(model, { x }));
  expectClose(made, model.apply<tf.Tensor>(x));
});

test('losses of every kind come back with a layer whose class is unknown', async () => {
  class Costly extends Layer {
    static override readonly className: string = 'Costly';
    weight: Variable | null = null;
    override build(input_shape: readonly (number | null)[]): void {
      const shape = [input_shape.at(-1) ?? 1];
      const regularizer = new regularizers.L1({ l1: 0.1 });
      this.weight = this.add_weight({ name: 'w', shape, initializer: 'ones', regularizer });
      super.build(input_shape);
    }
    override call(inputs: tf.Tensor, _args: CallArgs): tf.Tensor {
      this.add_loss(tf.mean(inputs));
      return tf.mul(inputs, (this.weight as Variable).read());
    }
  }
  const activity_regularizer = new regularizers.L2({ l2: 0.5 });
  const model = new Sequential([new Costly({ input_shape: [3], activity_regularizer })]);
  const store = memoryStore();
  await model.save({ store, path: 'm' });
  const loaded = await models.load_model({ store, path: 'm' });
  const x = tf.tensor2d([[1, 2, 3]]);
  const sum = (of: Model): number => {
    of.apply(x);
    return of.losses.reduce((total, loss) => total + (loss.dataSync()[0] ?? 0), 0);
  };
  expect(loaded.layers[0]).not.toBeInstanceOf(Costly);
  expect(sum(loaded)).toBeCloseTo(sum(model), 5);
});

test('a model that was saved serves on after it was trained, with its old weights in the file', async () => {
  const model = functional();
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const x = tf.randomUniform([4, 3]);
  const before = model.apply<tf.Tensor>(x);
  const store = memoryStore();
  await model.save({ store, path: 'm' });
  await model.fit(x, tf.ones([4, 2]), { verbose: 0, epochs: 3 });
  const { signatures } = await saved_model.load({ store, path: 'm' });
  const [made] = Object.values(signatures.serving_default?.({ x }) ?? {});
  expectClose(made, before);
});
