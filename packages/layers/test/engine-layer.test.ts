import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { Layer, type LayerConfig } from '../src/engine/layer.ts';
import { get_mask, set_mask } from '../src/engine/mask.ts';
import { resetNames } from '../src/engine/names.ts';
import {
  custom_object_scope,
  get_registered_name,
  get_registered_object,
  register_keras_serializable,
} from '../src/engine/registry.ts';
import type { CallArgs, Config, Shape } from '../src/engine/types.ts';
import { Variable } from '../src/engine/variable.ts';

const ones = {
  call: (shape: readonly number[]) => ({
    dtype: 'float32' as const,
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1),
  }),
  get_config: () => ({}),
};

class Scale extends Layer {
  static override readonly className: string = 'Scale';
  readonly units: number;
  kernel: Variable | null = null;
  seen: CallArgs | null = null;

  constructor({ units = 3, ...config }: LayerConfig & { units?: number } = {}) {
    super(config);
    this.units = units;
    this.supports_masking = true;
  }

  override build(input_shape: Shape): void {
    const width = input_shape.at(-1) ?? 1;
    this.kernel = this.add_weight({ name: 'kernel', shape: [width], initializer: ones });
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor, args: CallArgs): tf.Tensor {
    this.seen = args;
    this.add_loss(tf.sum(inputs));
    return this.kernel === null ? inputs : tf.mul(inputs, this.kernel.read());
  }

  override get_config(): Config {
    return { ...super.get_config(), units: this.units };
  }
}

class Pair extends Layer {
  readonly parts: Layer[] = [new Scale({ name: 'a' }), new Scale({ name: 'b' })];

  override call(inputs: tf.Tensor, args: CallArgs): tf.Tensor {
    let x = inputs;
    for (const part of this.parts) x = part.apply(x);
    return args.training ? tf.neg(x) : x;
  }
}

beforeEach(async () => {
  await tf.setBackend('cpu');
  resetNames();
});

test('layers are named by class, counting from the second on', () => {
  expect(new Scale().name).toBe('scale');
  new Scale({ name: 'scale_1' });
  expect(new Scale().name).toBe('scale_1');
});

test('an unknown argument is refused by name', () => {
  expect(() => new Scale({ unit: 3 } as LayerConfig)).toThrow("'unit'");
});

test('the first call builds the weights under the names of the layers around', () => {
  const pair = new Pair();
  pair.apply(tf.ones([2, 4]));
  expect(pair.weights.map((weight) => weight.name)).toEqual(['pair/a/kernel', 'pair/b/kernel']);
});

test('a call leaves only its outputs and its losses behind', () => {
  const pair = new Pair();
  const x = tf.ones([2, 4]);
  pair.apply(x).dispose();
  const before = tf.memory().numTensors;
  pair.apply(x).dispose();
  expect(tf.memory().numTensors).toBe(before);
  expect(pair.losses.map((loss) => loss.dataSync()[0])).toEqual([8, 8]);
});

test('the training mode of the outer call reaches inner layers', () => {
  const pair = new Pair();
  pair.apply(tf.ones([1, 1]), { training: true });
  expect(pair.parts.map((part) => (part as Scale).seen?.training)).toEqual([true, true]);
  pair.apply(tf.ones([1, 1]));
  expect((pair.parts[0] as Scale).seen?.training).toBe(false);
});

test('a mask travels through layers that support masking', () => {
  const x = tf.ones([1, 2]);
  set_mask(x, tf.tensor([true, false]));
  const scale = new Scale();
  const mask = get_mask(scale.apply(x));
  expect(scale.seen?.mask).toBe(mask);
  expect(Array.from(mask?.dataSync() ?? [])).toEqual([1, 0]);
});

test('frozen layers list their weights as non-trainable, with all layers inside', () => {
  const pair = new Pair();
  pair.apply(tf.ones([1, 1]));
  pair.trainable = false;
  expect(pair.parts[1]?.trainable).toBe(false);
  expect(pair.trainable_weights).toEqual([]);
  expect(pair.non_trainable_weights).toHaveLength(2);
});

test('initial weights are set when the layer is built, and a wrong shape is refused', () => {
  const scale = new Scale({ weights: [tf.tensor([2, 3])] });
  expect(scale.apply(tf.ones([1, 2])).arraySync()).toEqual([[2, 3]]);
  expect(() => scale.set_weights([tf.ones([3])])).toThrow(/not compatible/);
});

test('a config makes an equal layer', () => {
  const scale = new Scale({ units: 7, dtype: 'float64' });
  expect(scale.get_config()).toEqual({
    name: 'scale',
    trainable: true,
    dtype: 'float64',
    units: 7,
  });
  expect((Scale.from_config(scale.get_config()) as Scale).units).toBe(7);
});

test('registered classes are named with their package', () => {
  register_keras_serializable('Demo')(Scale);
  expect(get_registered_name(Scale)).toBe('Demo>Scale');
});

test('a variable keeps the bits of its stored dtype until it is assigned', () => {
  const data = Uint16Array.of(0x3c00, 0x7c01);
  const variable = new Variable({ dtype: 'float16', shape: [2], data }, { name: 'v' });
  expect(variable.read().dataSync()[0]).toBe(1);
  expect(variable.record().data).toBe(data);
  variable.assign([1 + 2 ** -12, 2]);
  expect(Array.from(variable.read().dataSync())).toEqual([1, 2]);
});

test('a value that was read stays usable in the scope that assigns a new one', () => {
  const before = tf.memory().numTensors;
  const variable = new Variable(
    { dtype: 'int64', shape: [], data: BigInt64Array.of(2n ** 40n) },
    { name: 'v' },
  );
  expect(() => variable.read()).toThrow(/int32/);
  variable.assign(5);
  const sum = tf.tidy(() => {
    const old = variable.read();
    variable.assign_add(1);
    return tf.add(old, variable.read());
  });
  expect(sum.dataSync()[0]).toBe(11);
  expect(variable.record().data).toEqual(BigInt64Array.of(6n));
  sum.dispose();
  variable.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('numbers, nested numbers and typed arrays become tensors', () => {
  const scale = new Scale();
  expect(scale.apply([[1, 2]]).arraySync()).toEqual([[1, 2]]);
  expect(new Scale().apply(Float32Array.of(3, 4)).arraySync()).toEqual([3, 4]);
});

test('an error in a call says in which layer it arose', () => {
  class Broken extends Layer {
    override call(): tf.Tensor {
      throw new RangeError('too wide');
    }
  }
  const layer = new Broken({ name: 'b' });
  expect(() => layer.apply(tf.ones([1]))).toThrow(
    /too wide[\s\S]*layer "b" \(type Broken\) was called/,
  );
});

test('a class with constructor arguments needs its own get_config', () => {
  class Wide extends Layer {
    readonly width: number;
    constructor(width: number) {
      super();
      this.width = width;
    }
  }
  expect(() => new Wide(3).get_config()).toThrow(/Wide .*must override `get_config`/);
});

test('custom objects stay known until an asynchronous function has finished', async () => {
  const known = (): unknown => get_registered_object('Scale2');
  const inside = custom_object_scope({ Scale2: Scale }, async () => {
    await Promise.resolve();
    return known();
  });
  expect(await inside).toBe(Scale);
  expect(known()).toBeUndefined();
});

test('a weight is drawn when it is first read, and not at all when it is set before', () => {
  let draws = 0;
  const initializer = {
    call: ones.call,
    prepare: () => true,
    get_config: () => ({}),
  };
  const counted = {
    ...initializer,
    call: (shape: readonly number[]) => {
      draws += 1;
      return ones.call(shape);
    },
  };
  const layer = new Layer();
  const first = layer.add_weight({ name: 'a', shape: [2], initializer: counted });
  const second = layer.add_weight({ name: 'b', shape: [2], initializer: counted });
  first.assign([5, 6]);
  expect(first.numpy()).toEqual([5, 6]);
  expect(draws).toBe(0);
  expect(second.numpy()).toEqual([1, 1]);
  expect(draws).toBe(1);
});

test('lists and objects that hold themselves are searched once', () => {
  class Loop extends Layer {
    readonly own: Record<string, unknown> = { layer: new Scale() };
    constructor() {
      super();
      this.own.again = this.own;
      this.own.list = [this.own, this.own];
    }
  }
  expect(new Loop()._flatten_layers()).toHaveLength(2);
});

test('a layer is built again from the shape it was built from', () => {
  const scale = new Scale();
  expect(scale.get_build_config()).toBeNull();
  scale.apply(tf.ones([2, 4]));
  const again = new Scale();
  again.build_from_config(scale.get_build_config() ?? {});
  expect(again.weights.map(({ name, shape }) => [name, shape])).toEqual([['scale_1/kernel', [4]]]);
});
