import * as tf from '@tensorflow/tfjs-core';
import { mapStructure } from '../../engine/nest.ts';
import { Layer, type Shapes, type Tensors } from '../base.ts';

/** Returns its inputs. */
export class Identity extends Layer {
  static override readonly className: string = 'Identity';

  override call(inputs: Tensors): Tensors {
    return mapStructure<tf.Tensor, tf.Tensor>(inputs, (x) => tf.clone(x));
  }

  override compute_output_shape(input_shape: Shapes): Shapes {
    return input_shape;
  }
}
