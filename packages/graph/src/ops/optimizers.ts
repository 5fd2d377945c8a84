import { MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Attrs } from '../executor/attrs.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import { onDevice } from '../executor/values.ts';
import { inputAt } from './define.ts';
import { variableOf } from './variables.ts';

/** Tensors by the names that the op gives its inputs. */
type Tensors = Readonly<Record<string, tf.Tensor>>;

/** Computes the new values of variables from the old ones, the hyperparameters and the gradient. */
type Rule = (given: Tensors, attrs: Attrs) => Readonly<Record<string, tf.Tensor>>;

interface Optimizer {
  /** Inputs that are variables, then all others, in the order of the op. */
  readonly variables: readonly string[];
  readonly rest: readonly string[];
  readonly rule: Rule;
}

function get(given: Tensors, name: string): tf.Tensor {
  const tensor = given[name];
  if (tensor === undefined) throw new MalformedError(`The optimizer lacks ${name}.`);
  return tensor;
}

/** Moves an average towards a number. */
function towards(average: tf.Tensor, target: tf.Tensor, rate: tf.Tensor): tf.Tensor {
  return tf.add(average, tf.mul(tf.sub(target, average), tf.sub(1, rate)));
}

const gradientDescent: Rule = (given) => ({
  var: tf.sub(get(given, 'var'), tf.mul(get(given, 'alpha'), get(given, 'delta'))),
});

const momentum: Rule = (given, attrs) => {
  const [lr, grad, rate] = [get(given, 'lr'), get(given, 'grad'), get(given, 'momentum')];
  const accum = tf.add(tf.mul(get(given, 'accum'), rate), grad);
  const step = attrs.bool('use_nesterov') ? tf.add(grad, tf.mul(accum, rate)) : accum;
  return { accum, var: tf.sub(get(given, 'var'), tf.mul(lr, step)) };
};

const kerasMomentum: Rule = (given, attrs) => {
  const rate = get(given, 'momentum');
  const move = tf.mul(get(given, 'lr'), get(given, 'grad'));
  const accum = tf.sub(tf.mul(get(given, 'accum'), rate), move);
  const step = attrs.bool('use_nesterov') ? tf.sub(tf.mul(accum, rate), move) : accum;
  return { accum, var: tf.add(get(given, 'var'), step) };
};

const adam: Rule = (given, attrs) => {
  const grad = get(given, 'grad');
  const [beta1, beta2] = [get(given, 'beta1'), get(given, 'beta2')];
  const correction = tf.div(
    tf.sqrt(tf.sub(1, get(given, 'beta2_power'))),
    tf.sub(1, get(given, 'beta1_power')),
  );
  const m = towards(get(given, 'm'), grad, beta1);
  const v = towards(get(given, 'v'), tf.square(grad), beta2);
  const isNesterov = attrs.has('use_nesterov') && attrs.bool('use_nesterov');
  const direction = isNesterov ? tf.add(tf.mul(grad, tf.sub(1, beta1)), tf.mul(beta1, m)) : m;
  const largest = given.vhat === undefined ? v : tf.maximum(given.vhat, v);
  const step = tf.div(
    tf.mul(direction, tf.mul(get(given, 'lr'), correction)),
    tf.add(tf.sqrt(largest), get(given, 'epsilon')),
  );
  const next = { m, v, var: tf.sub(get(given, 'var'), step) };
  return given.vhat === undefined ? next : { ...next, vhat: largest };
};

const adaMax: Rule = (given) => {
  const grad = get(given, 'grad');
  const m = towards(get(given, 'm'), grad, get(given, 'beta1'));
  const v = tf.maximum(tf.mul(get(given, 'beta2'), get(given, 'v')), tf.abs(grad));
  const rate = tf.div(get(given, 'lr'), tf.sub(1, get(given, 'beta1_power')));
  const step = tf.div(tf.mul(rate, m), tf.add(v, get(given, 'epsilon')));
  return { m, v, var: tf.sub(get(given, 'var'), step) };
};

const adagrad: Rule = (given, attrs) => {
  const grad = get(given, 'grad');
  const old = get(given, 'accum');
  const accum = attrs.bool('update_slots') ? tf.add(old, tf.square(grad)) : old;
  const root = given.epsilon === undefined ? tf.sqrt(accum) : tf.add(tf.sqrt(accum), given.epsilon);
  return { accum, var: tf.sub(get(given, 'var'), tf.div(tf.mul(get(given, 'lr'), grad), root)) };
};

const adadelta: Rule = (given) => {
  const [grad, rho, epsilon] = [get(given, 'grad'), get(given, 'rho'), get(given, 'epsilon')];
  const accum = towards(get(given, 'accum'), tf.square(grad), rho);
  const old = get(given, 'accum_update');
  const ratio = tf.div(tf.sqrt(tf.add(old, epsilon)), tf.sqrt(tf.add(accum, epsilon)));
  const update = tf.mul(ratio, grad);
  return {
    accum,
    accum_update: towards(old, tf.square(update), rho),
    var: tf.sub(get(given, 'var'), tf.mul(get(given, 'lr'), update)),
  };
};

const rmsProp: Rule = (given) => {
  const [grad, rho] = [get(given, 'grad'), get(given, 'rho')];
  const ms = towards(get(given, 'ms'), tf.square(grad), rho);
  const mg = given.mg === undefined ? undefined : towards(given.mg, grad, rho);
  const spread = mg === undefined ? ms : tf.sub(ms, tf.square(mg));
  const step = tf.div(
    tf.mul(get(given, 'lr'), grad),
    tf.sqrt(tf.add(spread, get(given, 'epsilon'))),
  );
  const mom = tf.add(tf.mul(get(given, 'mom'), get(given, 'momentum')), step);
  const next = { ms, mom, var: tf.sub(get(given, 'var'), mom) };
  return mg === undefined ? next : { ...next, mg };
};

const ftrl: Rule = (given) => {
  const [old, lr, power] = [get(given, 'var'), get(given, 'lr'), get(given, 'lr_power')];
  const grad = get(given, 'grad');
  const shrunk =
    given.l2_shrinkage === undefined
      ? grad
      : tf.add(grad, tf.mul(tf.mul(given.l2_shrinkage, 2), old));
  const before = get(given, 'accum');
  const accum = tf.add(before, tf.square(grad));
  const raised = (x: tf.Tensor): tf.Tensor => tf.pow(x, tf.neg(power));
  const slope = tf.div(tf.sub(raised(accum), raised(before)), lr);
  const linear = tf.add(get(given, 'linear'), tf.sub(shrunk, tf.mul(slope, old)));
  const quadratic = tf.add(tf.div(raised(accum), lr), tf.mul(get(given, 'l2'), 2));
  const l1 = get(given, 'l1');
  const value = tf.div(tf.sub(tf.mul(tf.sign(linear), l1), linear), quadratic);
  const isLarge = tf.greater(tf.abs(linear), l1);
  return { accum, linear, var: tf.where(isLarge, value, tf.zerosLike(value)) };
};

const OPTIMIZERS: ReadonlyMap<string, Optimizer> = new Map<string, Optimizer>([
  ['GradientDescent', { variables: ['var'], rest: ['alpha', 'delta'], rule: gradientDescent }],
  ['Momentum', { variables: ['var', 'accum'], rest: ['lr', 'grad', 'momentum'], rule: momentum }],
  [
    'KerasMomentum',
    { variables: ['var', 'accum'], rest: ['lr', 'grad', 'momentum'], rule: kerasMomentum },
  ],
  [
    'Adam',
    {
      variables: ['var', 'm', 'v'],
      rest: ['beta1_power', 'beta2_power', 'lr', 'beta1', 'beta2', 'epsilon', 'grad'],
      rule: adam,
    },
  ],
  [
    'AdamWithAmsgrad',
    {
      variables: ['var', 'm', 'v', 'vhat'],
      rest: ['beta1_power', 'beta2_power', 'lr', 'beta1', 'beta2', 'epsilon', 'grad'],
      rule: adam,
    },
  ],
  [
    'AdaMax',
    {
      variables: ['var', 'm', 'v'],
      rest: ['beta1_power', 'lr', 'beta1', 'beta2', 'epsilon', 'grad'],
      rule: adaMax,
    },
  ],
  ['Adagrad', { variables: ['var', 'accum'], rest: ['lr', 'grad'], rule: adagrad }],
  ['AdagradV2', { variables: ['var', 'accum'], rest: ['lr', 'epsilon', 'grad'], rule: adagrad }],
  [
    'Adadelta',
    {
      variables: ['var', 'accum', 'accum_update'],
      rest: ['lr', 'rho', 'epsilon', 'grad'],
      rule: adadelta,
    },
  ],
  [
    'RMSProp',
    {
      variables: ['var', 'ms', 'mom'],
      rest: ['lr', 'rho', 'momentum', 'epsilon', 'grad'],
      rule: rmsProp,
    },
  ],
  [
    'CenteredRMSProp',
    {
      variables: ['var', 'mg', 'ms', 'mom'],
      rest: ['lr', 'rho', 'momentum', 'epsilon', 'grad'],
      rule: rmsProp,
    },
  ],
  [
    'Ftrl',
    {
      variables: ['var', 'accum', 'linear'],
      rest: ['grad', 'lr', 'l1', 'l2', 'lr_power'],
      rule: ftrl,
    },
  ],
  [
    'FtrlV2',
    {
      variables: ['var', 'accum', 'linear'],
      rest: ['grad', 'lr', 'l1', 'l2', 'l2_shrinkage', 'lr_power'],
      rule: ftrl,
    },
  ],
]);

/** Makes the op of an optimizer; the ops of TensorFlow 1 return the variable. */
function applying({ variables, rest, rule }: Optimizer, returns: boolean): OpBuilder {
  return ({ attrs }) => ({
    kernel: (inputs) => {
      tf.tidy(() => {
        const states = variables.map((_, i) => variableOf(inputAt(inputs, i)));
        const given = Object.fromEntries([
          ...variables.map((name, i) => [name, onDevice(states[i]?.read() ?? tf.scalar(0))]),
          ...rest.map((name, i) => [name, onDevice(inputAt(inputs, variables.length + i))]),
        ]);
        const next = rule(given, attrs);
        for (const [i, name] of variables.entries()) {
          const value = next[name];
          if (value !== undefined) states[i]?.assign(value);
        }
      });
      return returns ? inputAt(inputs, 0) : [];
    },
    outputs: returns ? ['borrowed'] : [],
  });
}

function family(): OpFamily {
  const ops: Record<string, OpBuilder> = {};
  for (const [name, optimizer] of OPTIMIZERS) {
    ops[`ResourceApply${name}`] = applying(optimizer, false);
    if (!name.startsWith('Keras') && !name.startsWith('AdamWith')) {
      ops[`Apply${name}`] = applying(optimizer, true);
    }
  }
  return ops;
}

/** Ops that apply gradients to variables. */
export const optimizerOps: OpFamily = family();
