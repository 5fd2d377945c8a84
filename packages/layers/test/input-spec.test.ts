import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { Input, InputSpec, type KerasTensor, Layer, ready, type Tensors } from '../src/index.ts';

beforeAll(async () => {
  await ready('cpu');
});

test.each([
  ['float16', 'float32', 'int32'],
  ['float64', 'float32', 'int32'],
  ['int64', 'int32', 'float32'],
  ['uint8', 'int32', 'bool'],
] as const)(
  'a layer that demands %s takes symbolic tensors of it, and tensors that tfjs keeps as %s',
  (dtype, kept, other) => {
    class Demanding extends Layer {
      constructor() {
        super();
        this.input_spec = new InputSpec({ dtype });
      }

      override call(inputs: Tensors): Tensors {
        return inputs;
      }
    }
    const layer = new Demanding();
    const symbolic = layer.apply(Input({ shape: [2], dtype })) as KerasTensor;
    expect(symbolic.shape).toEqual([null, 2]);
    expect(layer.apply<tf.Tensor>(tf.zeros([1, 2], kept)).shape).toEqual([1, 2]);
    expect(() => layer.apply(tf.zeros([1, 2], other))).toThrow(`expected dtype=${dtype}`);
    expect(() => layer.apply(Input({ shape: [2], dtype: kept }))).toThrow(`found dtype=${kept}`);
  },
);
