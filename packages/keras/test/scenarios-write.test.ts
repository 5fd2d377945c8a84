import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { isKmError } from '@km/core';
import { Layer, layers, Model, models, ready, Sequential, saved_model, Variable } from '@km/keras';
import { nodeAt, readSavedModel } from '@km/savedmodel';
import { repositoryRoot } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import {
  expectClose,
  functionAt,
  graphOf,
  member,
  numbers,
  objectsOf,
  saved,
  variableAt,
} from './scenarios-support.ts';

beforeAll(() => ready());

const x = (): tf.Tensor2D => tf.tensor2d([1, -2, 3, 0.5, 0.25, -1], [2, 3]);

function stack(): Sequential {
  return new Sequential([
    new layers.Dense({ units: 4, name: 'a', input_shape: [3], kernel_regularizer: 'l2' }),
    new layers.Dense({ units: 2, name: 'b', activity_regularizer: 'l1' }),
  ]);
}

class Own extends Model {
  static override readonly className: string = 'Own';
  readonly head: Layer = new layers.Dense({ units: 2, name: 'head' });
  override call(inputs: tf.Tensor): tf.Tensor {
    return this.head.apply(inputs);
  }
}

function scalar(value: number, name = 'v', trainable = true): Variable {
  const record = { dtype: 'float32', shape: [], data: Float32Array.of(value) } as const;
  return new Variable(record, { name, trainable });
}

class Costly extends Layer {
  static override readonly className: string = 'Costly';
  override call(inputs: tf.Tensor): tf.Tensor {
    this.add_loss(tf.mean(tf.square(inputs)));
    return inputs;
  }
}

test('saving leaves the losses of a model as they are [TestSavedModelFormatAllModes.test_maintains_losses]', async () => {
  const model = stack();
  model.apply(x());
  const before = model.losses.map(numbers);
  await saved(model);
  expect(before).toHaveLength(2);
  expect(model.losses.map(numbers)).toEqual(before);
});

test('tracing a layer neither changes nor repeats its losses [TestLayerCallTracing.test_maintains_losses]', async () => {
  const model = new Sequential([new Costly({ name: 'costly', input_shape: [3] })]);
  const layer = model.get_layer('costly');
  layer.apply(x());
  const before = numbers(layer.losses);
  await saved(model);
  expect(layer.losses).toHaveLength(1);
  expect(numbers(layer.losses)).toEqual(before);
});

let armed = false;

/** Cannot be called once it is armed. */
class Throwing extends Layer {
  static override readonly className: string = 'Throwing';
  override call(inputs: tf.Tensor): tf.Tensor {
    if (armed) throw new Error('I am an error!');
    return inputs;
  }
}

test('a layer whose call throws is saved without traces only [TestSavedModelFormat.test_save_without_tracing]', async () => {
  const model = new Sequential([new Throwing({ name: 'throwing', input_shape: [3] })]);
  armed = true;
  await expect(saved(model)).rejects.toThrow('I am an error!');
  const place = await saved(model, { save_traces: false });
  expect(member(await saved_model.load(place), 'layer-0')).toBeDefined();
  const calling = models.load_model(place).then((loaded) => loaded.apply(x()));
  const error: unknown = await calling.catch((reason: unknown) => reason);
  expect(isKmError(error)).toBe(true);
  expect(String(error)).toMatch(/Throwing.*custom_objects/s);
  armed = false;
  const known = await models.load_model(place, { custom_objects: { Throwing } });
  armed = true;
  expect(() => known.apply(x())).toThrow('I am an error!');
});

test('a layer that meets two shapes has a function for each, in all of its functions [TestLayerCallTracing.test_functions_have_same_trace]', async () => {
  class TwoShapes extends Model {
    static override readonly className: string = 'TwoShapes';
    readonly dense: Layer = new layers.Dense({ units: 3, name: 'dense' });
    override call(inputs: tf.Tensor): tf.Tensor {
      const once = this.dense.apply<tf.Tensor>(inputs);
      return tf.sum(this.dense.apply<tf.Tensor>(tf.expandDims(once, 1)), 1);
    }
  }
  const model = new TwoShapes();
  const expected = model.apply(x());
  const place = await saved(model);
  const module = await saved_model.load(place);
  const ranks = (edge: string): Set<string | undefined> =>
    new Set(
      functionAt(module, `dense.${edge}`).signatures.map(
        (text) => /shape=(\([^)]*\))/.exec(text)?.[1],
      ),
    );
  const [first, second] = ['__call__', 'keras_api.call_and_return_conditional_losses'].map(ranks);
  expect(first).toEqual(second);
  expectClose((await models.load_model(place)).apply(x()), expected);
});

test('two processes save the same bytes [DeterminismTest.test_saving_is_deterministic]', async () => {
  const script = path.join(
    repositoryRoot(),
    'packages',
    'keras',
    'test',
    'scenarios-save-child.ts',
  );
  const runner = path.join(repositoryRoot(), 'scripts', 'run.mjs');
  const run = async (): Promise<string> =>
    (await promisify(execFile)(process.execPath, [runner, script])).stdout.trim();
  const [first, second] = [await run(), await run()];
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(second).toBe(first);
});

test('no key of the variables names the optimizer without it [TestSaveModel.test_save_include_optimizer_false]', async () => {
  const model = stack();
  model.compile({ optimizer: 'adam', loss: 'mse' });
  await model.fit(x(), tf.ones([2, 2]), { verbose: 0 });
  const keys = async (include_optimizer: boolean): Promise<string[]> => {
    const read = await readSavedModel(await saved(model, { include_optimizer }));
    return [...((await read.openVariables())?.tensors.keys() ?? [])];
  };
  expect((await keys(true)).join()).toContain('optimizer');
  expect((await keys(false)).join()).not.toContain('optimizer');
});

test('a model whose step calls only its layer is refused, since it was never called [UnbuiltModelSavingErrorMessageTest.test_subclass_forward_pass_by_layer_underscore_call]', async () => {
  class Stepping extends Own {
    override train_step([inputs]: Parameters<Model['train_step']>[0]): { loss: number } {
      const made = this.head.apply<tf.Tensor>(inputs as tf.Tensor);
      return { loss: numbers(tf.mean(made))[0] ?? 0 };
    }
  }
  const model = new Stepping();
  model.compile({ optimizer: 'sgd' });
  await model.fit(x(), tf.ones([2, 2]), { verbose: 0 });
  await expect(saved(model)).rejects.toThrow(/not known.*[Cc]all/s);
});

test('variables in lists and dictionaries are saved with what holds them [SaveTest.test_datastructures]', async () => {
  class Holding extends Own {
    readonly list: readonly Variable[] = [scalar(1), scalar(2)];
    readonly dict: { readonly a: Variable } = { a: scalar(3) };
  }
  const model = new Holding();
  model.apply(x());
  const module = await saved_model.load(await saved(model));
  expect(numbers([variableAt(module, 'list.0'), variableAt(module, 'list.1')])).toEqual([1, 2]);
  expect(numbers(variableAt(module, 'dict.a'))).toEqual([3]);
});

test('a function that hangs on a model is not saved unless it is a signature [SaveTest.test_single_function_no_signature]', async () => {
  const model = Object.assign(new Own(), { f: (v: tf.Tensor) => tf.mul(v, 2) });
  model.apply(x());
  const module = await saved_model.load(await saved(model));
  expect(Object.keys(module.signatures)).toEqual(['serving_default']);
  expect(member(module, 'f')).toBeUndefined();
});

test('the part of a model that is named signatures is refused [SaveTest.test_signature_attribute_reserved]', async () => {
  const model = Object.assign(new Own(), { signatures: new layers.Dense({ units: 1 }) });
  model.apply(x());
  await expect(saved(model)).rejects.toThrow(/signatures/);
});

test('functions keep the shapes of their results after gradients were taken [SaveTest.test_export_correct_output_shapes]', async () => {
  const model = stack();
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  await model.fit(x(), tf.ones([2, 2]), { verbose: 0 });
  const graph = await graphOf(await saved(model));
  const { outputs } = graph.signatures.get('serving_default') ?? {};
  expect([...(outputs?.values() ?? [])].map(({ shape }) => shape)).toEqual([[null, 2]]);
  for (const { outputSignature } of graph.objectGraph?.concreteFunctions.values() ?? []) {
    expect(JSON.stringify(outputSignature)).not.toContain('"shape":null');
  }
});

test('a table of words runs where the words were given as a list [AssetTests.test_table] [ExportArchiveTest.test_model_with_lookup_table]', async () => {
  const text = new layers.TextVectorization({ name: 'words', output_sequence_length: 3 });
  text.adapt(tf.tensor(['foo bar', 'bar baz', 'foo bada boom']));
  const embedding = new layers.Embedding({ input_dim: 10, output_dim: 2 });
  const model = new Sequential([text, embedding]);
  const given = tf.tensor([['foo bar boom'], ['baz never']], [2, 1], 'string');
  const expected = model.apply(given);
  const { signatures } = await saved_model.load(await saved(model));
  expectClose(Object.values(signatures.serving_default?.(given) ?? {})[0], expected);
});

test('the graph has the names by which a saver of TensorFlow 1 saves and restores [SaverTest.test_to_proto]', async () => {
  const { saver, graph } = await graphOf(await saved(stack()));
  const ops = new Map(graph.nodes.map(({ name, op }) => [name, op]));
  expect(ops.get(saver?.filenameTensorName?.replace(/:0$/, '') ?? '')).toBe('Placeholder');
  expect(ops.has(saver?.saveTensorName?.replace(/:0$/, '') ?? '')).toBe(true);
  expect(ops.has(saver?.restoreOpName ?? '')).toBe(true);
  expect([...ops.values()]).toEqual(expect.arrayContaining(['SaveV2', 'RestoreV2']));
});

test.each([
  ['stack', stack],
  ['subclassed', () => new Own()],
])(
  'what was saved computes the same for batches of other sizes: %s [ExportSavedModelTest.test_standard_model_export]',
  async (_, make) => {
    const model: Model = make();
    model.apply(x());
    const module = await saved_model.load(await saved(model));
    for (const rows of [1, 2, 6]) {
      const given = tf.randomUniform([rows, 3]);
      expectClose(functionAt(module, '__call__')(given), model.apply(given));
    }
  },
);

test('a counter goes on from where it was saved [ExportSavedModelTest.test_model_with_non_trainable_state_export]', async () => {
  class Counting extends Model {
    static override readonly className: string = 'Counting';
    readonly counter: Variable = scalar(0, 'counter', false);
    override call(inputs: tf.Tensor): tf.Tensor {
      this.counter.assign_add(1);
      return tf.add(tf.mul(inputs, 0), this.counter.read());
    }
  }
  const model = new Counting();
  model.apply(tf.ones([1]));
  expect(numbers(model.apply(tf.ones([1])))).toEqual([2]);
  const call = functionAt(await saved_model.load(await saved(model)), '__call__');
  expect(numbers(call(tf.ones([1])))).toEqual([3]);
  expect(numbers(call(tf.ones([1])))).toEqual([4]);
});

test('a model with its own endpoint has all of its variables [ExportArchiveTest.test_low_level_model_export]', async () => {
  const model = new Sequential(
    [8, 8, 8, 2].map(
      (units, i) => new layers.Dense({ units, ...(i === 0 ? { input_shape: [3] } : {}) }),
    ),
  );
  const call = saved_model.signature(
    (v: tf.Tensor) => model.apply<tf.Tensor>(v),
    [{ shape: [null, 3], name: 'v' }],
  );
  const place = await saved(model, { signatures: { call } });
  const module = await saved_model.load(place);
  expectClose(module.signatures.call?.({ v: x() }), model.apply(x()));
  expect(member(module, 'variables')).toHaveLength(8);
  expect(nodeAt(await objectsOf(place), 'root.signatures.call')).toBeDefined();
});
