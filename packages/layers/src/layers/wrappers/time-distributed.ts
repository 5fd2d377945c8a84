import * as tf from '@tensorflow/tfjs-core';
import { mapShapes, mapStructure } from '../../engine/nest.ts';
import { type RowSplits, rowsOf, set_rows } from '../../engine/rows.ts';
import {
  buildChild,
  type CallArgs,
  InputSpec,
  Layer,
  type Masks,
  type Shape,
  type Shapes,
  type Tensors,
} from '../base.ts';
import { firstShape } from '../recurrent/sequence-config.ts';
import { Wrapper } from './wrapper.ts';

/** Applies a layer to every step. Input shape: `[batch, steps, …]`. Output shape: `[batch, steps, …output of the layer]`. */
export class TimeDistributed extends Wrapper {
  static override readonly className: string = 'TimeDistributed';

  override supports_masking: boolean = true;

  override build(input_shape: Shapes): void {
    mapShapes(input_shape, (shape) => {
      if (shape.length >= 3) return shape;
      throw new RangeError(`${this.name}: takes inputs of at least 3 axes, not ${shape.length}.`);
    });
    this.input_spec = specOf(input_shape);
    buildChild(this.layer, mapShapes(input_shape, withoutSteps));
    Layer.prototype.build.call(this, input_shape);
  }

  override call(inputs: Tensors, args: CallArgs): Tensors {
    const first = firstTensor(inputs);
    const rows = rowsOf(first);
    const { training, mask } = args;
    if (rows !== null) return this.#onValues(inputs, rows, training);
    const [batch = 1, steps = 1] = first.shape;
    if (this.layer.stateful) return this.#stepByStep(inputs, steps, training);
    const flat = mapStructure<tf.Tensor, tf.Tensor>(inputs, joinSteps);
    const flatMask =
      mask instanceof tf.Tensor && (mask.rank > 2 || first.rank === 3) ? joinSteps(mask) : null;
    const y = this.layer.apply<Tensors>(flat, {
      training,
      ...(flatMask === null ? {} : { mask: flatMask }),
    });
    return mapStructure<tf.Tensor, tf.Tensor>(y, (each) =>
      tf.reshape(each, [batch, steps, ...each.shape.slice(1)]),
    );
  }

  /** Calls the layer on the values of ragged steps. */
  #onValues(inputs: Tensors, rows: RowSplits, training: boolean): Tensors {
    const values = mapStructure<tf.Tensor, tf.Tensor>(inputs, (x) => tf.clone(x));
    const y = this.layer.apply<Tensors>(values, { training });
    return mapStructure<tf.Tensor, tf.Tensor>(y, (each) => set_rows(each, rows));
  }

  /** Calls a layer that keeps a state once for each step. */
  #stepByStep(inputs: Tensors, steps: number, training: boolean): Tensors {
    const outputs = Array.from({ length: steps }, (_, t) => {
      const step = mapStructure<tf.Tensor, tf.Tensor>(inputs, (x) => tf.gather(x, t, 1));
      return this.layer.apply<tf.Tensor>(step, { training });
    });
    return tf.stack(outputs, 1);
  }

  override compute_mask(inputs: Tensors, mask: Masks | null): Masks | null {
    const own = mask instanceof tf.Tensor ? mask : null;
    const flat = mapStructure<tf.Tensor, tf.Tensor>(inputs, joinSteps);
    const inner = own === null ? null : joinSteps(own);
    const result = this.layer.compute_mask(flat, inner);
    if (result instanceof tf.Tensor) {
      const [batch = 1, steps = 1] = firstTensor(inputs).shape;
      return tf.reshape(result, [batch, steps, ...result.shape.slice(1)]);
    }
    if (own === null) return null;
    let kept = own;
    while (kept.rank > 2) kept = tf.any(kept, -1);
    return kept;
  }

  override compute_output_shape(input_shape: Shapes): Shapes {
    const steps = firstShape(input_shape as Shape | readonly Shape[])[1] ?? null;
    const child = this.layer.compute_output_shape(mapShapes(input_shape, withoutSteps));
    return mapShapes(child, (shape) => [shape[0] ?? null, steps, ...shape.slice(1)]);
  }
}

const withoutSteps = (shape: Shape): Shape => [shape[0] ?? null, ...shape.slice(2)];

function joinSteps(x: tf.Tensor): tf.Tensor {
  const [batch = 1, steps = 1, ...rest] = x.shape;
  return tf.reshape(x, [batch * steps, ...rest]);
}

function firstTensor(inputs: Tensors): tf.Tensor {
  if (inputs instanceof tf.Tensor) return inputs;
  const [first] = Object.values(inputs);
  if (first === undefined) throw new TypeError('TimeDistributed needs an input.');
  return firstTensor(first as Tensors);
}

function specOf(input_shape: Shapes): InputSpec | InputSpec[] {
  const spec = (shape: Shape): InputSpec =>
    new InputSpec({ shape: [null, null, ...shape.slice(2)] });
  const specs: InputSpec[] = [];
  mapShapes(input_shape, (shape) => {
    specs.push(spec(shape));
    return shape;
  });
  const [only] = specs;
  return specs.length === 1 && only !== undefined ? only : specs;
}
