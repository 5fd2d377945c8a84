import { type MemoryStore, memoryStore, readAll } from '@km/core';
import {
  clear_session,
  Input,
  Layer,
  type LayerConfig,
  layers,
  losses,
  Model,
  models,
  optimizers,
  ready,
  Sequential,
} from '@km/keras';
import { encodeProto } from '@km/proto';
import { FunctionDef, type NodeDef, SavedModel } from '@km/proto/saved-model';
import { type SavedModel as ReadModel, readSavedModel } from '@km/savedmodel';
import * as tf from '@tensorflow/tfjs-core';
import { functional, Weighing, x, y } from './custom-layers.ts';

beforeAll(async () => {
  await ready();
});

/** Layers in a list, a dictionary and a property; without a config. */
class Parts extends Layer {
  static override readonly className: string = 'Parts';
  readonly stack: readonly Layer[] = [
    new Weighing({ name: 'first' }),
    new layers.Dense({ units: 3, kernel_regularizer: 'l1', name: 'second' }),
  ];
  readonly named: Readonly<Record<string, Layer>> = {
    b: new layers.BatchNormalization({ name: 'norm' }),
    a: new layers.Dense({ units: 2, name: 'third' }),
  };

  override call(inputs: tf.Tensor, { training }: { readonly training: boolean }): tf.Tensor {
    const all = [...this.stack, this.named.b, this.named.a];
    return all.reduce((x, layer) => layer?.apply<tf.Tensor>(x, { training }) ?? x, inputs);
  }
}

class Net extends Model {
  static override readonly className: string = 'Net';
  readonly inner: Layer = new Parts({ name: 'inner' });

  constructor(config: LayerConfig = {}) {
    super({ name: 'net', ...config });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return this.inner.apply(inputs);
  }
}

/** Finds tokens in a table. */
class Words extends Layer {
  static override readonly className: string = 'Words';
  readonly lookup: Layer = new layers.StringLookup({ vocabulary: ['a', 'b', 'c'], name: 'lookup' });
  readonly embedding: Layer = new layers.Embedding({ input_dim: 4, output_dim: 2, name: 'table' });

  override call(inputs: tf.Tensor): tf.Tensor {
    return this.embedding.apply(this.lookup.apply(inputs));
  }
}

const words = (): tf.Tensor => tf.tensor2d(['a', 'c', 'x', 'b'], [2, 2]);

function subclassed(): Model {
  const model = new Net();
  model.apply(x()).dispose();
  return model;
}

function text(): Model {
  const input = Input({ shape: [2], dtype: 'string', name: 'words' });
  return new Model({ inputs: input, outputs: new Words({ name: 'words_in' }).apply(input) });
}

const MODELS: readonly (readonly [string, () => Model, () => tf.Tensor])[] = [
  ['a functional model around a layer', () => functional(new Weighing({ name: 'weighing' })), x],
  ['a functional model around nested layers', () => functional(new Parts({ name: 'parts' })), x],
  [
    'a stack',
    () =>
      new Sequential([
        Input({ shape: [3] }),
        new Weighing({ name: 'weighing' }),
        new layers.Dense({ units: 2, name: 'head' }),
      ]),
    x,
  ],
  ['a subclassed model', subclassed, x],
  ['a functional model around a subclassed one', () => functional(new Net({ name: 'inside' })), x],
  ['a layer with a table', text, words],
];

interface Target {
  readonly store: MemoryStore;
  readonly path: string;
}

async function saved(model: Model): Promise<Target> {
  const target = { store: memoryStore(), path: 'model' };
  clear_session();
  await model.save(target, { save_format: 'tf' });
  return target;
}

async function loaded(target: Target): Promise<Model> {
  clear_session();
  return models.load_model(target);
}

async function filesOf({ store }: Target): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const key of store.list('')) {
    const source = await store.open(key);
    if (source !== undefined) found.set(key, Buffer.from(await readAll(source)).toString('hex'));
  }
  return found;
}

function numbers(values: tf.Tensor): number[] {
  return [...values.dataSync()];
}

function lossesOf(model: Model): number[] {
  return model.losses.flatMap(numbers);
}

/** Encoded functions of a file by their names. */
function functionsOf({ metaGraphs: [graph] }: ReadModel): ReadonlyMap<string, string> {
  const { functions } = graph?.graph ?? { functions: null };
  return new Map(
    (functions?.names ?? []).map((name) => {
      const definition = functions?.get(name) ?? {};
      return [name, Buffer.from(encodeProto(FunctionDef, definition)).toString('hex')];
    }),
  );
}

function compiled(model: Model): Model {
  model.compile({ optimizer: new optimizers.SGD({ learning_rate: 0.1 }), loss: 'mse' });
  return model;
}

test.each(MODELS)('%s without its classes is saved again in the same bytes', async (_, make) => {
  clear_session();
  const once = await saved(await loaded(await saved(compiled(make()))));
  const twice = await saved(await loaded(once));
  expect(await filesOf(twice)).toEqual(await filesOf(once));
});

test.each(MODELS)(
  '%s gives the same when it is saved again without its classes',
  async (_, make, inputs) => {
    clear_session();
    const first = await loaded(await saved(compiled(make())));
    const again = await loaded(await saved(first));
    for (const training of [false, true]) {
      expect(numbers(again.apply(inputs(), { training }))).toEqual(
        numbers(first.apply(inputs(), { training })),
      );
      expect(lossesOf(again)).toEqual(lossesOf(first));
    }
    expect(again.trainable_weights.map(({ name }) => name)).toEqual(
      first.trainable_weights.map(({ name }) => name),
    );
  },
);

/** Which layers of a file are told whether they train, by their paths. */
async function toldOf(target: Target): Promise<ReadonlyMap<string, unknown>> {
  const { kerasMetadata } = await readSavedModel(target);
  return new Map(
    kerasMetadata?.nodes.map(({ path, json }) => [path, JSON.parse(json).expects_training_arg]),
  );
}

class Twice extends Layer {
  static override readonly className: string = 'Twice';

  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.mul(inputs, 2);
  }
}

test('layers that do the same in training are noted as such again', async () => {
  const original = await saved(functional(new Twice({ name: 'twice' })));
  const told = await toldOf(original);
  expect(told.get('root.layer-1')).toBe(false);
  expect(await toldOf(await saved(await loaded(original)))).toEqual(told);
});

test('a model without its class trains on as it would when it is saved in between', async () => {
  const first = await loaded(await saved(compiled(subclassed())));
  const again = await loaded(await saved(first));
  for (let step = 0; step < 3; step++) {
    expect(await again.train_on_batch(x(), y())).toBe(await first.train_on_batch(x(), y()));
  }
});

test('functions of a model without its class are passed on as they are', async () => {
  const original = await saved(subclassed());
  const before = functionsOf(await readSavedModel(original));
  const after = functionsOf(await readSavedModel(await saved(await loaded(original))));
  expect(after.size).toBeGreaterThan(5);
  for (const [name, definition] of after) {
    // Layers of known classes are made anew, and with them the penalties of their weights.
    if (!/loss_fn/.test(name)) expect(before.get(name)).toBe(definition);
  }
});

test('what is traced around calls the functions that are passed on', async () => {
  const original = await saved(functional(new Weighing({ name: 'weighing' })));
  const once = await readSavedModel(await saved(await loaded(original)));
  const before = functionsOf(await readSavedModel(original));
  const kept = [...functionsOf(once)].filter(([name, body]) => before.get(name) === body);
  const library = once.metaGraphs[0]?.graph.functions;
  const called = (library?.names ?? []).flatMap((name) =>
    (library?.get(name)?.nodeDef ?? []).map(({ attr }) => attr.f?.func?.name),
  );
  const passed = kept.map(([name]) => name).filter((name) => /weighing_layer_call_and/.test(name));
  expect(passed.length).toBeGreaterThan(0);
  expect(called.some((name) => name !== undefined && passed.includes(name))).toBe(true);
});

test('a model of known classes is saved again in the same bytes', async () => {
  clear_session();
  const model = new Sequential([
    Input({ shape: [4, 3] }),
    new layers.LSTM({ units: 3, name: 'lstm' }),
    new layers.BatchNormalization({ name: 'norm' }),
    new layers.Dense({ units: 2, kernel_regularizer: 'l2', name: 'head' }),
  ]);
  const once = await saved(compiled(model));
  const twice = await saved(await loaded(once));
  expect(await filesOf(twice)).toEqual(await filesOf(once));
});

test('a stack that is noted without the size of its inputs takes that of its first layer', async () => {
  const dense = new layers.Dense({ units: 2, name: 'dense' });
  dense.build([null, 3]);
  const target = await saved(new Sequential([Input({ shape: [null], name: 'x' }), dense]));
  const { metaGraphs } = await readSavedModel(target);
  const inputs = metaGraphs[0]?.signatures.get('serving_default')?.inputs;
  expect(inputs?.get('x')?.shape).toEqual([null, 3]);
  expect(numbers((await loaded(target)).apply(x()))).toHaveLength(4);
});

test('layers of two files whose functions have the same names come into one', async () => {
  const target = await saved(functional(new Weighing({ name: 'weighing' })));
  const [one, other] = [await loaded(target), await loaded(target)];
  other.get_layer('weighing').weights[0]?.assign([3, 2, 1]);
  const [first, second] = [one.get_layer('weighing'), other.get_layer('weighing')];
  second.name = 'second';
  const input = Input({ shape: [3], name: 'x' });
  const both = new Model({ inputs: input, outputs: second.apply(first.apply(input)) });
  const again = await loaded(await saved(both));
  expect(numbers(again.apply(x()))).toEqual(numbers(both.apply(x())));
  const names = [...functionsOf(await readSavedModel(await saved(both))).keys()];
  expect(new Set(names).size).toBe(names.length);
});

test('a model that could not be compiled keeps its training configuration', async () => {
  class Odd extends losses.Loss {
    static override readonly className: string = 'Odd';
    override call(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
      return tf.mean(tf.abs(tf.sub(y_true, y_pred)), -1);
    }
  }
  const model = subclassed();
  model.compile({ optimizer: 'sgd', loss: new Odd() });
  const once = await loaded(await saved(model));
  expect(once.compiled).toBe(false);
  const target = await saved(once);
  expect((await loaded(target)).compiled).toBe(false);
  const known = await models.load_model(target, { custom_objects: { Odd } });
  expect(known.compiled).toBe(true);
});

/** Changes the message of a saved model. */
async function changed(target: Target, change: (message: SavedModel) => void): Promise<Target> {
  const source = await target.store.open('model/saved_model.pb');
  if (source === undefined) throw new Error('no model');
  const message = SavedModel.decode(await readAll(source));
  change(message);
  await target.store.write('model/saved_model.pb', [encodeProto(SavedModel, message)]);
  return target;
}

/** Nodes of the functions whose names match. */
function nodesOf(message: SavedModel, pattern: RegExp): NodeDef[] {
  const library = message.metaGraphs[0]?.graphDef?.library?.function ?? [];
  return library
    .filter(({ signature }) => pattern.test(signature?.name ?? ''))
    .flatMap(({ nodeDef }) => nodeDef as NodeDef[]);
}

test('a tuple stays a tuple', async () => {
  const target = await changed(await saved(subclassed()), (message) => {
    const nodes = message.metaGraphs[0]?.objectGraphDef?.nodes ?? [];
    const inner = nodes.find(({ children }) =>
      children.some(({ localName }) => localName === 'stack'),
    );
    const stack = inner?.children.find(({ localName }) => localName === 'stack')?.nodeId ?? -1;
    const list = nodes[stack]?.userObject;
    if (list) list.identifier = 'trackable_tuple_wrapper';
  });
  const { metaGraphs } = await readSavedModel(await saved(await loaded(target)));
  const kinds = metaGraphs[0]?.objectGraph?.nodes.map(({ value }) =>
    value.kind === 'userObject' ? value.identifier : '',
  );
  expect(kinds?.filter((kind) => kind === 'trackable_tuple_wrapper')).toHaveLength(1);
});

test('a function that cannot run here is passed on, and a warning says so', async () => {
  const target = await changed(await saved(subclassed()), (message) => {
    for (const node of nodesOf(message, /first_layer_call_and/)) {
      if (node.op === 'Mul') node.op = 'Unheard';
    }
  });
  const model = await loaded(target);
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => warnings.push(text);
  try {
    const again = await readSavedModel(await saved(model));
    expect(warnings.join()).toMatch(/do not run here: .*first_layer_call.*\(Unheard\)/);
    expect([...functionsOf(again).keys()].join()).toMatch(/first_layer_call_and/);
  } finally {
    console.warn = warn;
  }
});

test('a function that calls one which is missing is not passed on', async () => {
  const target = await changed(await saved(subclassed()), (message) => {
    for (const { attr } of nodesOf(message, /inner_layer_call_and/)) {
      if (attr.f?.func) attr.f.func.name = 'nowhere';
    }
  });
  const model = await loaded(target);
  await expect(saved(model)).rejects.toMatchObject({ code: 'KM_MALFORMED' });
});
