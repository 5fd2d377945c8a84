import { memoryStore } from '@km/core';
import {
  Input,
  Layer,
  layers,
  Model,
  metrics,
  models,
  ready,
  regularizers,
  Sequential,
} from '@km/keras';
import { readSavedModel } from '@km/savedmodel';
import * as tf from '@tensorflow/tfjs-core';

beforeAll(() => ready());

/** A layer whose class nobody knows when it is loaded. */
class Doubled extends Layer {
  static override readonly className: string = 'Doubled';

  override build(input_shape: readonly (number | null)[]): void {
    this.input_spec = new layers.InputSpec({
      min_ndim: 2,
      axes: { [-1]: input_shape.at(-1) ?? null },
    });
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.mul(inputs, 2);
  }
}

/** A penalty whose class nobody knows when it is loaded. */
class Cubes extends regularizers.Regularizer {
  static override readonly className: string = 'Cubes';

  override call(x: tf.Tensor): tf.Scalar {
    return tf.sum(tf.pow(tf.abs(x), 3)) as tf.Scalar;
  }
}

async function savedAndLoaded(model: Model) {
  const store = memoryStore();
  await model.save({ store, path: 'm' });
  const saved = await readSavedModel({ store, path: 'm' });
  return { saved, loaded: await models.load_model({ store, path: 'm' }) };
}

test('the penalty of the outputs of a layer is saved as a function of its own, as Keras saves it', async () => {
  const { saved } = await savedAndLoaded(
    new Sequential([new layers.Dense({ units: 2, input_shape: [3], activity_regularizer: 'l2' })]),
  );
  const graph = saved.metaGraphs[0]?.objectGraph;
  const edges = graph?.nodes.flatMap(({ children }) => children) ?? [];
  const edge = edges.filter(({ name }) => name === 'activity_regularizer_fn');
  expect(edge).toHaveLength(1);
  const value = graph?.nodes[edge[0]?.node ?? -1]?.value;
  if (value?.kind !== 'function') throw new Error('the edge leads to no function');
  expect(value.concreteFunctions).toHaveLength(1);
  const [name = ''] = value.concreteFunctions;
  expect(name).toMatch(/_activity_regularizer/);
  expect(graph?.concreteFunctions.get(name)?.boundInputs).toEqual([]);
});

test('a penalty of an unknown class comes back as its function, with a layer of an unknown class', async () => {
  const model = new Sequential([
    new Doubled({ input_shape: [3], activity_regularizer: new Cubes(), name: 'doubled' }),
  ]);
  const { saved, loaded } = await savedAndLoaded(model);
  const described = saved.kerasMetadata?.nodes.map(({ json }) => JSON.parse(json)) ?? [];
  const layer = described.find(({ name }) => name === 'doubled');
  expect(layer).not.toHaveProperty('activity_regularizer');
  const x = tf.tensor2d([[1, 2, 3]]);
  const total = (of: Model): number => {
    of.apply(x);
    return of.losses.reduce((sum, loss) => sum + (loss.dataSync()[0] ?? 0), 0);
  };
  expect(total(model)).toBeCloseTo(288, 3);
  expect(total(loaded)).toBeCloseTo(288, 3);
});

test('a layer of an unknown class demands of its inputs what its class demanded', async () => {
  const { loaded } = await savedAndLoaded(
    new Sequential([new Doubled({ input_shape: [3], name: 'doubled' })]),
  );
  const [layer] = loaded.layers;
  expect(layer?.input_spec).toMatchObject({ min_ndim: 2, axes: { [-1]: 3 } });
  expect(() => layer?.apply(tf.ones([2, 4]))).toThrow(
    'Input 0 of layer "doubled" is incompatible with the layer: expected axis -1 of input shape to have value 3, but received input with shape (2, 4)',
  );
});

test('metrics that are properties of layers come back with what they have counted', async () => {
  const inputs = Input({ shape: [3] });
  const dense = new layers.Dense({ units: 2, name: 'dense' });
  const model = Object.assign(new Model({ inputs, outputs: dense.apply(inputs) }), {
    tally: new metrics.Mean({ name: 'tally' }),
  });
  Object.assign(dense, { seen: new metrics.Sum({ name: 'seen' }) });
  model.tally.update_state(tf.tensor1d([3, 5]));
  (dense as unknown as { seen: metrics.Sum }).seen.update_state(tf.scalar(7));
  const { loaded } = await savedAndLoaded(model);
  expect(loaded.metrics.map(({ name }) => name)).toEqual(['tally', 'seen']);
  const [tally, seen] = (loaded.metrics as metrics.Metric[]).map((metric) => {
    return (metric.result() as tf.Tensor).dataSync()[0];
  });
  expect([tally, seen]).toEqual([4, 7]);
  expect(models.load_report(loaded)?.extra).toEqual([]);
});
