import {
  Input,
  type KerasTensor,
  Layer,
  layers,
  Model,
  metrics,
  optimizers,
  Sequential,
} from '@km/keras';
import { gradients } from '@km/layers';
import * as tf from '@tensorflow/tfjs-core';
import { data, net, type ParityCase, ran, weightsOf } from './parity-base.ts';

const sgd = () => new optimizers.SGD({ learning_rate: 0.1 });

type Batch = Parameters<Model['train_step']>[0];
type Tensors = ReturnType<Model['predict_step']>;

class Nested extends Model {
  readonly hidden = new layers.Dense({ units: 4, activation: 'tanh', name: 'hidden' });
  readonly first = new layers.Dense({ units: 2, name: 'first' });
  readonly second = new layers.Dense({ units: 3, activation: 'softmax', name: 'second' });

  constructor() {
    super({ name: 'nested' });
  }

  override call(inputs: Tensors): Tensors {
    const hidden = this.hidden.apply((inputs as { x: tf.Tensor }).x);
    const [first, second] = [this.first.apply(hidden), this.second.apply(hidden)];
    return { pair: [first, second], alone: this.first.apply(hidden) } as Tensors;
  }
}

class Adder extends Layer {
  override call(inputs: Tensors): Tensors {
    const x = inputs as tf.Tensor;
    this.add_loss(tf.mul(0.1, tf.sum(tf.square(x))) as tf.Tensor);
    this.add_metric(tf.mean(x), 'level');
    return tf.mul(x, 2);
  }
}

class OwnSteps extends Model {
  readonly own = new metrics.Mean({ name: 'own' });

  override train_step([x, y]: Batch) {
    const variables = this.trainable_variables;
    const { loss, gradients: found } = gradients(() => {
      const prediction = this.apply<tf.Tensor>(x as tf.Tensor, { training: true });
      return tf.mul(tf.mean(tf.square(tf.sub(y as tf.Tensor, prediction))), 2);
    }, variables);
    this.optimizer?.apply_gradients(found.map((each, k) => [each, variables[k] as never]));
    this.own.update_state(loss);
    return { own: this.own.result(), last: loss };
  }

  override test_step([x, y]: Batch) {
    const prediction = this.apply<tf.Tensor>(x as tf.Tensor, { training: false });
    this.own.update_state(tf.mean(tf.abs(tf.sub(y as tf.Tensor, prediction))));
    return { own: this.own.result() };
  }

  override predict_step([x]: Batch): Tensors {
    return { twice: tf.mul(this.apply<tf.Tensor>(x as tf.Tensor, { training: false }), 2) };
  }

  override get metrics() {
    return [this.own];
  }
}

class OwnLoss extends Model {
  override compute_loss(...[x, y, y_pred]: Parameters<Model['compute_loss']>) {
    const error = tf.mean(tf.square(tf.sub(y as tf.Tensor, y_pred as tf.Tensor)));
    return tf.add(tf.mul(3, error), tf.mean(tf.square(x as tf.Tensor)));
  }

  override compute_metrics(...args: Parameters<Model['compute_metrics']>) {
    const results = super.compute_metrics(...args);
    return { ...results, mean: tf.mean(args[2] as tf.Tensor) } as never;
  }
}

class OwnFunctions extends Model {
  override make_train_function() {
    const step = super.make_train_function();
    return async (reader: Parameters<typeof step>[0]) => {
      const results = await step(reader);
      return { ...results, doubled: (results.loss as number) * 2 };
    };
  }
}

const ownError = (y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor =>
  tf.mean(tf.mul(tf.abs(tf.sub(y_true, y_pred)), 2), -1);
Object.defineProperty(ownError, 'name', { value: 'own_error' });

class OwnMetric extends metrics.Metric {
  readonly most = this.add_weight({ name: 'most', shape: [], initializer: 'zeros' } as never);

  constructor() {
    super({ name: 'largest' });
  }

  override update_state(y_true: unknown, y_pred: unknown): void {
    const largest = tf.max(tf.abs(tf.sub(y_true as tf.Tensor, y_pred as tf.Tensor)));
    this.most.assign(tf.maximum(this.most.read(), largest));
  }

  override result(): tf.Tensor {
    return this.most.read();
  }
}

type ModelClass = new (options: ConstructorParameters<typeof Model>[0]) => Model;

function made(Class: ModelClass): Model {
  const inputs = Input({ shape: [3] });
  const hidden = new layers.Dense({ units: 4, activation: 'tanh' }).apply(inputs);
  const outputs = new layers.Dense({ units: 2 }).apply(hidden) as KerasTensor;
  return weightsOf(new Class({ inputs, outputs }));
}

/** Trainings of models and layers that do a part of it themselves. */
export const MODELS: Readonly<Record<string, ParityCase>> = {
  async nested_outputs(log) {
    const { X, Y, ONE_HOT } = data();
    const model = new Nested();
    model.apply({ x: X });
    weightsOf(model);
    model.compile({
      optimizer: sgd(),
      loss: { pair: ['mse', 'categorical_crossentropy'], alone: 'mae' } as never,
      metrics: { pair: [['mae'], ['accuracy']], alone: ['mse'] },
    });
    await ran(log, model, { x: X }, { pair: [Y, ONE_HOT], alone: Y }, { epochs: 2 });
    log.add('names', model.metrics_names);
    log.add('predicted', await model.predict({ x: X }, { verbose: 0 }));
  },
  async added_in_layers(log) {
    const { X, Y } = data();
    const list = [
      new layers.Dense({ units: 4, input_shape: [3], kernel_regularizer: 'l2' }),
      new Adder(),
      new layers.Dense({ units: 2, activity_regularizer: 'l1' }),
    ];
    const model = weightsOf(new Sequential({ layers: list }));
    model.compile({ optimizer: sgd(), loss: 'mse', metrics: ['mae'] });
    await ran(log, model, X, Y, { epochs: 2, validation_split: 0.25 });
    const options = { verbose: 0, return_dict: true } as const;
    log.add('evaluated', await model.evaluate(X, Y, options));
  },
  async added_to_models(log) {
    const { X, Y } = data();
    const inputs = Input({ shape: [3] });
    const hidden = new layers.Dense({ units: 4, name: 'hidden' }).apply(inputs) as KerasTensor;
    const outputs = new layers.Dense({ units: 2, name: 'out' }).apply(hidden) as KerasTensor;
    const model = weightsOf(new Model({ inputs, outputs }));
    const op = (name: string, x: KerasTensor) =>
      new layers.TFOpLambda({ function: name }).apply(x) as KerasTensor;
    const square = op('math.reduce_mean', op('math.square', hidden));
    const scale = new layers.Rescaling({ scale: 0.1 });
    model.add_loss(scale.apply(square) as KerasTensor);
    model.add_metric(op('math.reduce_mean', op('math.abs', outputs)), 'size', 'mean');
    model.compile({ optimizer: sgd(), loss: 'mse' });
    await ran(log, model, X, Y, { epochs: 2 });
    log.add('names', model.metrics_names);
    model.compile({ optimizer: sgd() });
    await ran(log, model, X, null, { epochs: 1 });
  },
  async own_steps(log) {
    const { X, Y } = data();
    const model = made(OwnSteps);
    model.compile({ optimizer: sgd() });
    await ran(log, model, X, Y, { epochs: 2, validation_split: 0.25 });
    const quiet = { verbose: 0 } as const;
    log.add('evaluated', await model.evaluate(X, Y, quiet));
    const named = { ...quiet, return_dict: true } as const;
    log.add('evaluated by name', await model.evaluate(X, Y, named));
    log.add('on batch', await model.train_on_batch(X, Y));
    log.add('on batch by name', await model.train_on_batch(X, Y, { return_dict: true }));
    log.add('predicted', await model.predict(X, { ...quiet, batch_size: 5 }));
    log.add('names', model.metrics_names);
  },
  async own_loss_and_metrics(log) {
    const { X, Y } = data();
    const model = made(OwnLoss);
    model.compile({ optimizer: sgd(), metrics: ['mae'] });
    await ran(log, model, X, Y, { epochs: 2, validation_split: 0.25 });
    log.add('on batch', await model.train_on_batch(X, Y, { return_dict: true }));
  },
  async own_train_function(log) {
    const { X, Y } = data();
    const model = made(OwnFunctions);
    model.compile({ optimizer: sgd(), loss: 'mse' });
    await ran(log, model, X, Y, { epochs: 2 });
  },
  async own_functions(log) {
    const { X, Y } = data();
    const model = net();
    const error = new metrics.MeanSquaredError({ name: 'error' });
    const list = [ownError, new OwnMetric(), error];
    model.compile({ optimizer: sgd(), loss: ownError as never, metrics: list });
    await ran(log, model, X, Y, { epochs: 2, validation_split: 0.25 });
  },
};
