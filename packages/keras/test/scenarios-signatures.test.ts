import {
  Input,
  type Layer,
  layers,
  Model,
  optimizers,
  ready,
  Sequential,
  saved_model,
  Variable,
} from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { expectClose, graphOf, numbers, saved } from './scenarios-support.ts';

beforeAll(() => ready());

type Signature = saved_model.LoadedSignature;

const x = (): tf.Tensor2D => tf.tensor2d([1, -2, 3, 0.5, 0.25, -1], [2, 3]);

class Own extends Model {
  static override readonly className: string = 'Own';
  readonly head: Layer = new layers.Dense({ units: 2, name: 'head' });
  override call(inputs: tf.Tensor): tf.Tensor {
    return this.head.apply(inputs);
  }
}

function functional(): Model {
  const inputs = Input({ shape: [3], name: 'x' });
  const outputs = new layers.Dense({ units: 2, name: 'head' }).apply(inputs);
  return new Model({ inputs, outputs });
}

const stack = (): Sequential =>
  new Sequential([new layers.Dense({ units: 2, name: 'head', input_shape: [3] })]);

async function signaturesOf(
  model: Model,
  signatures?: unknown,
): Promise<{ readonly [name: string]: Signature }> {
  return (await saved_model.load(await saved(model, { signatures }))).signatures;
}

async function served(model: Model, signatures?: unknown): Promise<Signature> {
  const { serving_default } = await signaturesOf(model, signatures);
  if (serving_default === undefined) throw new Error('no serving_default');
  return serving_default;
}

const spec = (name?: string): { readonly shape: []; readonly name?: string } => ({
  shape: [],
  ...(name === undefined ? {} : { name }),
});

test.each([
  ['functional', functional, 'head'],
  ['sequential', stack, 'head'],
  ['subclassed', () => new Own(), 'output_1'],
])(
  'outputs of a %s model have the name of its last layer, or of their number [TraceModelCallTest.test_trace_model_outputs]',
  async (_, make, name) => {
    const model = make();
    if (model instanceof Own) await expect(saved(model)).rejects.toThrow(/not known/);
    const expected = model.apply(x());
    const run = await served(model);
    expect(run.outputs.map((output) => output.name)).toEqual([name]);
    expectClose(run(x())[name], expected);
  },
);

test.each([
  ['sequential', () => new Sequential([new layers.Dense({ units: 2, name: 'head' })]), 'head'],
  ['subclassed', () => new Own(), 'output_1'],
])(
  'a %s model whose shape became known by fit is served [TraceModelCallTest.test_trace_model_outputs_after_fitting]',
  async (_, make, name) => {
    const model = make();
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    await model.fit(x(), tf.ones([2, 2]), { verbose: 0 });
    expectClose((await served(model))(x())[name], model.apply(x()));
  },
);

test('a model of one dictionary is served by its keys [TraceModelCallTest.test_trace_features_layer]', async () => {
  class Features extends Model {
    override call({ a, b }: { readonly a: tf.Tensor; readonly b: tf.Tensor }): tf.Tensor {
      return tf.concat([a, b], 1);
    }
  }
  const model = new Features();
  const given = {
    a: tf.tensor2d([[1], [2]]),
    b: tf.tensor2d([
      [5, 6],
      [7, 8],
    ]),
  };
  model.apply(given as never);
  const run = await served(model);
  expect(run.inputs.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(numbers(run(given).output_1)).toEqual([1, 5, 6, 2, 7, 8]);
});

test('an unbuilt stack is served once its input shape is stated [TraceModelCallTest.test_specify_input_signature]', async () => {
  const model = new Sequential([new layers.Dense({ units: 2, name: 'head' })]);
  await expect(saved(model)).rejects.toThrow(/shape of its inputs is not known/);
  model.build([null, 3]);
  expectClose((await served(model))(x()).head, model.apply(x()));
});

test('a model that was trained on batches of one size is served any size [TraceModelCallTest.test_model_with_fixed_input_dim]', async () => {
  for (const model of [stack(), new Sequential([new layers.Dense({ units: 2 })]), new Own()]) {
    model.compile({ optimizer: new optimizers.SGD(), loss: 'mse' });
    await model.train_on_batch(x(), tf.ones([2, 2]));
    const { signatures } = await graphOf(await saved(model));
    const inputs = [...(signatures.get('serving_default')?.inputs.values() ?? [])];
    expect(inputs.map(({ shape }) => shape)).toEqual([[null, 3]]);
  }
});

test('a function with a signature of its own is served, and gives output_0 [SaveTest.test_method_save_signature]', async () => {
  const double = saved_model.signature((v: tf.Tensor) => tf.mul(v, 2), [spec('x')]);
  const run = await served(stack(), double);
  expect(numbers(run({ x: 1 }).output_0)).toEqual([2]);
});

test('a signature has the key and the names of results that it was given [SaveTest.test_method_save_concrete]', async () => {
  const serve = saved_model.signature((z: tf.Tensor) => ({ out: tf.mul(z, 2) }), [spec('z')]);
  const { non_default_key, ...others } = await signaturesOf(stack(), { non_default_key: serve });
  expect([Object.keys(others), numbers(non_default_key?.({ z: 1 }).out)]).toEqual([[], [2]]);
});

test('a method of a model is served with its state [SaveTest.test_docstring]', async () => {
  class Adder extends Own {
    add(v: tf.Tensor): tf.Tensor {
      return tf.add(tf.add(v, v), 1);
    }
  }
  const model = new Adder();
  model.apply(x());
  const run = await served(
    model,
    saved_model.signature((v: tf.Tensor) => model.add(v), [spec('x')]),
  );
  expect(numbers(run({ x: 3 }))).toEqual([7]);
});

test.each([
  ['a number [SaveTest.test_non_concrete_error]', 3, 'signatures has to be a function'],
  [
    'nested lists [SaveTest.test_nested_outputs]',
    (v: tf.Tensor) => [[v], [v, v]],
    'non-Tensor value',
  ],
  [
    'a list in a dictionary [SaveTest.test_nested_dict_outputs]',
    (v: tf.Tensor) => ({ a: [v, v] }),
    'non-Tensor value',
  ],
])('what is no function of tensors is refused as a signature: %s', async (_, given, message) => {
  await expect(saved(stack(), { signatures: given })).rejects.toThrow(message);
});

test('a function takes a nested structure of tensors [SaveTest.test_nested_inputs]', async () => {
  const sum = saved_model.signature(
    ([a, [b]]: readonly [tf.Tensor, readonly tf.Tensor[]]) => tf.add(a, b as tf.Tensor),
    [[spec('a'), [spec('b')]]],
  );
  expect(numbers((await served(stack(), sum))({ a: 5, b: 7 }))).toEqual([12]);
});

test('one function alone is the default signature [SaveTest.test_single_function_default_signature]', async () => {
  const one = await signaturesOf(stack(), (v: tf.Tensor) => tf.sum(v, 1));
  expect(Object.keys(one)).toEqual(['serving_default']);
  expectClose(one.serving_default?.(x()), [2, -0.25]);
});

test('a call with two arguments is served by two names [ExportSavedModelTest.test_model_with_multiple_inputs]', async () => {
  class Both extends Model {
    override call([a, b]: readonly tf.Tensor[]): tf.Tensor {
      return tf.add(a as tf.Tensor, b as tf.Tensor);
    }
  }
  const model = new Both();
  model.apply([x(), x()]);
  const run = await served(model);
  expect(run.inputs.map(({ name }) => name)).toEqual(['input_1', 'input_2']);
  for (const rows of [1, 2, 5]) {
    const ones = tf.ones([rows, 3]);
    expect(numbers(run({ input_1: ones, input_2: ones })).every((v) => v === 2)).toBe(true);
  }
});

test.each([
  ['one tensor', [{ shape: [null, 3] }], [[null, 3]]],
  ['one in a list', [[{ shape: [4, 3] }]], [[4, 3]]],
  ['one by name', [{ v: { shape: [null, 3], dtype: 'float32' } }], [[null, 3]]],
] as const)(
  'a given signature is kept: %s [ExportSavedModelTest.test_input_signature]',
  async (_, inputs, shapes) => {
    const model = stack();
    const leaf = (value: unknown): tf.Tensor =>
      value instanceof tf.Tensor ? value : (Object.values(value as object)[0] as tf.Tensor);
    const body = (value: unknown): tf.Tensor => model.apply(leaf(value));
    const run = await served(model, saved_model.signature(body as never, inputs as never));
    expect(run.inputs.map(({ shape }) => shape)).toEqual(shapes);
    const given = tf.ones([4, 3]);
    expectClose(run(given), model.apply(given));
  },
);

test('two inputs and two outputs come back, whatever structure they are given in [ExportArchiveTest.test_multi_input_output_functional_model]', async () => {
  const inputs = [Input({ shape: [3], name: 'x' }), Input({ shape: [3], name: 'y' })];
  const joined = new layers.Concatenate({ name: 'joined' }).apply(inputs);
  const outputs = ['p', 'q'].map((name) => new layers.Dense({ units: 1, name }).apply(joined));
  const model = new Model({ inputs, outputs });
  const given = [x(), tf.mul(x(), 2)] as const;
  const expected = model.apply<tf.Tensor[]>([...given]);
  const place = await saved(model);
  const module = await saved_model.load(place);
  const call = module.__call__ as saved_model.RestoredFunction;
  expectClose(call([...given]), expected);
  const made = module.signatures.serving_default?.({ x: given[0], y: given[1] });
  expectClose([made?.p, made?.q], expected);
});

test('a product of two variables and an input is served with the values at saving [SaveTest.test_variable]', async () => {
  class Product extends Own {
    readonly v1: Variable = scalar(1);
    readonly v2: Variable = scalar(2);
  }
  const model = new Product();
  model.apply(x());
  const product = saved_model.signature(
    (v: tf.Tensor) => tf.mul(tf.mul(v, model.v1.read()), model.v2.read()),
    [spec('x')],
  );
  model.v1.assign(tf.scalar(3));
  model.v2.assign(tf.scalar(2));
  expect(numbers((await served(model, product))({ x: 2 }))).toEqual([12]);
});

function scalar(value: number): Variable {
  return new Variable({ dtype: 'float32', shape: [], data: Float32Array.of(value) }, { name: 'v' });
}
