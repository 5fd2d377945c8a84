import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { Layer } from '../src/engine/layer.ts';
import { Model } from '../src/engine/model.ts';
import { resetNames } from '../src/engine/names.ts';
import { Sequential } from '../src/engine/sequential.ts';
import { trackable_children, trackable_view } from '../src/engine/trackable.ts';
import { Variable } from '../src/engine/variable.ts';
import { Adam, LossScaleOptimizer, legacy } from '../src/optimizers/index.ts';

function scalar(name: string): Variable {
  return new Variable({ dtype: 'float32', shape: [], data: new Float32Array(1) }, { name });
}

class Weighted extends Layer {
  static override readonly className: string = 'Weighted';
  kernel: Variable | null = null;

  override build(): void {
    this.kernel = this.add_weight({ name: 'kernel', initializer: 'ones' });
    super.build([]);
  }
}

/** Holds children in all the ways that TensorFlow tracks. */
class Holder extends Layer {
  readonly d: Layer = new Weighted();
  readonly v: Variable = scalar('vv');
  readonly dd: Record<string, Variable | Layer> = { b: scalar('b'), a: new Weighted() };
  readonly ll: unknown[] = [this.v, 2, this.d];
  readonly name_of_nothing: string = 'text';
  w: Variable | null = null;

  override build(): void {
    this.w = this.add_weight({ name: 'wname', initializer: 'ones' });
    this.add_weight({ name: 'lost', initializer: 'ones' });
    super.build([]);
  }
}

beforeEach(async () => {
  await tf.setBackend('cpu');
  resetNames();
});

test('edges of a layer are its properties, and the names of its weights before them', () => {
  const layer = new Holder();
  layer.build();
  expect(trackable_children(layer).map(([name]) => name)).toEqual([
    'd',
    'v',
    'dd',
    'll',
    'wname',
    'w',
    'lost',
  ]);
  const children = new Map(trackable_children(layer));
  expect(trackable_children(children.get('ll') ?? {})).toEqual([
    ['0', layer.v],
    ['2', layer.d],
  ]);
  expect(trackable_children(children.get('dd') ?? {}).map(([name]) => name)).toEqual(['b', 'a']);
  expect(children.get('w')).toBe(children.get('wname'));
});

function compiled(optimizer: NonNullable<Model['optimizer']>): Sequential {
  const model = new Sequential([new Layer({ input_shape: [2] }), new Weighted()]);
  optimizer.build(model.trainable_weights);
  model.optimizer = optimizer;
  return model;
}

test('a stack lists its layers by index, those with weights also among themselves, then the optimizer', () => {
  const model = compiled(new Adam());
  expect(trackable_children(model).map(([name]) => name)).toEqual([
    'layer-0',
    'layer_with_weights-0',
    'layer-1',
    'optimizer',
  ]);
  expect(trackable_children(model.optimizer ?? {}).map(([name]) => name)).toEqual([
    '_variables',
    '_iterations',
    '_learning_rate',
    '_momentums',
    '_velocities',
  ]);
});

test('a legacy optimizer has its hyperparameters on edges and its state in slots', () => {
  const model = compiled(new legacy.SGD({ momentum: 0.9 }));
  const optimizer = model.optimizer ?? {};
  expect(trackable_children(optimizer).map(([name]) => name)).toEqual([
    'iter',
    'decay',
    'learning_rate',
    'momentum',
  ]);
  const slots = [...trackable_view().slots(optimizer)];
  expect(slots.map(({ name, variable }) => [name, variable.name])).toEqual([
    ['momentum', 'weighted/kernel'],
  ]);
});

test('scaling the loss adds the scale to the edges of the wrapped optimizer', () => {
  const model = compiled(new LossScaleOptimizer({ inner_optimizer: new Adam() }));
  const children = new Map(trackable_children(model.optimizer ?? {}));
  expect([...children.keys()]).toContain('_variables');
  expect(trackable_children(children.get('loss_scale') ?? {}).map(([name]) => name)).toEqual([
    'current_loss_scale',
    'good_steps',
  ]);
});

test('variables have one value under their name', () => {
  const variable = scalar('dense/kernel');
  const view = trackable_view();
  expect([...view.values(variable)]).toEqual([
    { name: 'VARIABLE_VALUE', fullName: 'dense/kernel' },
  ]);
  expect(view.variable(variable)).toBe(variable);
  expect(view.variable(new Model())).toBeUndefined();
});
