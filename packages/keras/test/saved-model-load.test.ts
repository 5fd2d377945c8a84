import { beforeAll, expect, test } from '@jest/globals';
import { isKmError, memoryStore, type Tensor } from '@km/core';
import { type Model, models, ready, saved_model, Variable } from '@km/keras';
import { fixturePath, readFixture } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';

beforeAll(async () => {
  await ready('cpu');
});

const CHECKPOINT = ['variables/variables.index', 'variables/variables.data-00000-of-00001'];
const versions = ['tf-2.15.1', 'tf-2.4.4'];

function numbers(value: unknown): number[] {
  if (!(value instanceof tf.Tensor)) throw new TypeError('a tensor is expected');
  return Array.from(value.dataSync());
}

function member(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null) throw new TypeError('an object is expected');
  return Reflect.get(object, name);
}

test.each(versions)(
  'a module comes back with its variables, lists and assets (%s)',
  async (version) => {
    const module = await saved_model.load(fixturePath(`savedmodel/${version}/module`));
    expect(member(module, 'scale')).toBeInstanceOf(Variable);
    expect(numbers((member(module, 'scale') as Variable).read())).toEqual([2.5]);
    const steps = member(module, 'steps') as readonly Variable[];
    expect(steps.map((step) => step.numpy())).toEqual([[1, 2]]);
    const asset = member(module, 'vocabulary') as saved_model.Asset;
    expect(asset.asset_path).toBe('assets/words.txt');
    expect(new TextDecoder().decode(asset.content ?? undefined)).toBe('cat\ndog\n');
    expect(Object.keys(module.signatures).sort()).toEqual(['find', 'serving_default']);
  },
);

test.each(versions)('signatures take and return tensors by name (%s)', async (version) => {
  const { signatures } = await saved_model.load(fixturePath(`savedmodel/${version}/module`));
  const x = tf.tensor2d([[1, 2]]);
  const once = signatures.serving_default?.({ x, twice: tf.scalar(false, 'bool') });
  expect(numbers(once?.y)).toEqual([12.5, 25]);
  expect(numbers(once?.first)).toEqual([1]);
  const twice = signatures.serving_default?.({ x: [[1, 2]], twice: true });
  expect(numbers(twice?.y)).toEqual([15, 30]);
});

test.each(versions)('tables are filled from their assets once (%s)', async (version) => {
  const { signatures } = await saved_model.load(fixturePath(`savedmodel/${version}/module`));
  const ids = signatures.find?.(tf.tensor(['dog', 'bird', 'cat'], [3], 'string'));
  expect(numbers(ids?.ids)).toEqual([1, -1, 0]);
});

test('arrays keep integers of 64 bits', async () => {
  const { signatures } = await saved_model.load(fixturePath('savedmodel/tf-2.15.1/module'));
  const words: Tensor = { dtype: 'string', shape: [1], data: [new TextEncoder().encode('dog')] };
  expect(signatures.find?.call_records(new Map([['words', words]])).get('ids')).toEqual({
    dtype: 'int64',
    shape: [1],
    data: BigInt64Array.of(1n),
  });
});

test('functions are called by position and by name', async () => {
  const module = await saved_model.load(fixturePath('savedmodel/tf-2.15.1/module'));
  const move = member(module, 'move') as saved_model.RestoredFunction;
  const byPosition = move(tf.ones([1, 2]), tf.scalar(true, 'bool'));
  const byName = move(tf.ones([1, 2]), { twice: true });
  expect(numbers(member(byPosition, 'y'))).toEqual([15, 25]);
  expect(numbers(member(byName, 'y'))).toEqual([15, 25]);
  expect(move.signatures).toHaveLength(1);
});

test('a call that no trace fits lists the traces', async () => {
  const module = await saved_model.load(fixturePath('savedmodel/tf-2.15.1/module'));
  const move = member(module, 'move') as saved_model.RestoredFunction;
  expect(() => move(tf.ones([3]), true)).toThrow(
    /Could not find matching concrete function[\s\S]*Option 1: .*\(None, 2\)/,
  );
});

test('a change of a variable changes what functions compute', async () => {
  const module = await saved_model.load(fixturePath('savedmodel/tf-2.15.1/module'));
  (member(module, 'scale') as Variable).assign(tf.scalar(0));
  const result = module.signatures.serving_default?.({ x: [[5, 5]], twice: false });
  expect(numbers(result?.y)).toEqual([10, 20]);
});

test.each(versions)(
  'a model of Keras is called with and without training (%s)',
  async (version) => {
    const place = fixturePath(`savedmodel/${version}/keras`);
    const loaded = await saved_model.load(place);
    const model: Model = await models.load_model(place, { compile: false });
    const x = tf.tensor2d([[0.5, -1, 2]]);
    const wanted = numbers(model.apply(x));
    const call = member(loaded, '__call__') as saved_model.RestoredFunction;
    for (const training of [false, true]) {
      expect(numbers(call(x, { training }))[0]).toBeCloseTo(wanted[0] ?? Number.NaN, 5);
    }
    expect(numbers(call(x))[0]).toBeCloseTo(wanted[0] ?? Number.NaN, 5);
    const [output] = Object.values(loaded.signatures.serving_default?.(x) ?? {});
    expect(numbers(output)[0]).toBeCloseTo(wanted[0] ?? Number.NaN, 5);
  },
);

test('gradients reach variables through restored functions', async () => {
  const loaded = await saved_model.load(fixturePath('savedmodel/tf-2.15.1/keras'));
  const call = member(loaded, '__call__') as saved_model.RestoredFunction;
  const kernel = (member(loaded, 'trainable_variables') as readonly Variable[])[2];
  if (kernel === undefined) throw new Error('the kernel is missing');
  const slope = tf.grad(() => tf.sum(call(tf.ones([2, 3])) as tf.Tensor))(kernel.read());
  expect(slope.shape).toEqual([...kernel.shape]);
});

test.each(versions)('a graph of TensorFlow 1 runs its signatures (%s)', async (version) => {
  for (const name of ['v1', 'v1_text']) {
    const model = await saved_model.load(fixturePath(`savedmodel/${version}/${name}`));
    expect(Object.keys(model.signatures).sort()).toEqual(['serving_default', 'sparse']);
    const y = model.signatures.serving_default?.(
      tf.tensor2d([
        [1, 1, 1],
        [0, 0, 2],
      ]),
    );
    expect(numbers(y?.y)).toEqual([7, 7.5]);
    const sum = model.signatures.sparse?.({
      s_indices: tf.tensor2d(
        [
          [0, 0],
          [1, 1],
        ],
        [2, 2],
        'int32',
      ),
      s_values: tf.tensor1d([3, 4], 'int32'),
      s_dense_shape: tf.tensor1d([2, 2], 'int32'),
    });
    expect(numbers(sum?.sum)).toEqual([7]);
  }
});

test('graphs are chosen by their tags', async () => {
  const place = fixturePath('savedmodel/tf-2.15.1/v1');
  const gpu = await saved_model.load(place, ['gpu', 'serve']);
  expect(Object.keys(gpu.signatures)).toEqual(['serving_default']);
  await expect(saved_model.load(place, 'train')).rejects.toThrow(/No graph has the tags \[train\]/);
});

test('wrong inputs of signatures are mistakes of the caller', async () => {
  const { signatures } = await saved_model.load(fixturePath('savedmodel/tf-2.15.1/module'));
  const call = (inputs: Parameters<saved_model.LoadedSignature>[0]) => (): unknown =>
    signatures.serving_default?.(inputs);
  expect(call({ x: [[1, 2]] })).toThrow(/misses twice/);
  expect(call({ x: [[1, 2]], twice: true, z: 1 })).toThrow(/no input z/);
  expect(call({ x: [1, 2], twice: true })).toThrow(/shape \(None, 2\), got \(2\)/);
  expect(call({ x: tf.ones([1, 2], 'int32'), twice: true })).toThrow(/has to be float32/);
  expect(call(tf.ones([1, 2]))).toThrow(/takes its 2 inputs by name/);
});

test('a missing asset matters only to what reads it', async () => {
  const store = memoryStore();
  for (const file of [...CHECKPOINT, 'saved_model.pb']) {
    await store.write(file, [readFixture(`savedmodel/tf-2.15.1/module/${file}`)]);
  }
  const error = await saved_model.load({ store, path: '' }).catch((reason: unknown) => reason);
  expect(isKmError(error, 'KM_NOT_FOUND')).toBe(true);
  expect(String(error)).toMatch(/asset assets\/words.txt is missing/);
});

test('loading and calling leaves no tensor but those of variables and constants', async () => {
  const { signatures } = await saved_model.load(fixturePath('savedmodel/tf-2.15.1/module'));
  const call = (): void =>
    tf.dispose(signatures.serving_default?.({ x: [[1, 2]], twice: true }) ?? []);
  call();
  const before = tf.memory().numTensors;
  call();
  expect(tf.memory().numTensors).toBe(before);
});

/** Numbers in [0, 1) that are the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 32;
  };
}

test.each(['module', 'keras', 'v1'])(
  'damage of %s ends in errors that say what is wrong',
  async (name) => {
    const folder = `savedmodel/tf-2.15.1/${name}`;
    const files = ['variables/variables.index', 'variables/variables.data-00000-of-00001'];
    if (name === 'module') files.push('assets/words.txt');
    const description = readFixture(`${folder}/saved_model.pb`);
    const next = random(7);
    const wrong: string[] = [];
    for (let i = 0; i < 60; i++) {
      const bytes = description.slice();
      for (let flip = 0; flip < 3; flip++) {
        bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
      }
      const store = memoryStore();
      await store.write('saved_model.pb', [bytes]);
      for (const file of files) await store.write(file, [readFixture(`${folder}/${file}`)]);
      try {
        const { signatures } = await saved_model.load({ store, path: '' });
        for (const signature of Object.values(signatures)) {
          const inputs = signature.inputs.map((spec): [string, tf.Tensor] => [
            spec.name,
            sampleOf(spec),
          ]);
          tf.dispose(signature(Object.fromEntries(inputs)));
        }
      } catch (error) {
        if (!isKmError(error)) wrong.push(String(error));
      }
    }
    expect(wrong).toEqual([]);
  },
);

function sampleOf({ dtype, shape }: saved_model.SignatureSpec): tf.Tensor {
  const sizes = (shape ?? [2]).map((size) => Math.min(size ?? 2, 9));
  if (dtype === 'string') return tf.fill(sizes, 'cat');
  if (dtype === 'bool') return tf.ones(sizes, 'bool');
  return tf.ones(sizes, dtype.startsWith('float') ? 'float32' : 'int32');
}
