import { KerasTensor, type Symbolic } from '../../engine/keras-tensor.ts';
import { isShape, mapStructure } from '../../engine/nest.ts';
import { kerasTensorsIn } from '../../engine/node.ts';
import { shapesOf } from '../../engine/tensor-shapes.ts';
import { type ApplyArgs, Layer, type Shape, type Shapes } from '../base.ts';

/** Base of the layers whose outputs have a dtype of their own, whatever the inputs have. */
export abstract class OwnDTypeLayer extends Layer {
  /** Returns the shape of the output; null where running the layer without values tells it. */
  protected inferredShape(_input_shape: Shapes): Shape | null {
    return null;
  }

  /** Returns the Keras dtype of the outputs. */
  protected outputDType(): KerasTensor['dtype'] {
    return this.compute_dtype ?? 'float32';
  }

  override _infer_outputs(inputs: unknown, args: ApplyArgs): Symbolic {
    const dtype = this.outputDType();
    const given = inputs as Parameters<typeof shapesOf>[0];
    const ragged = kerasTensorsIn(inputs).some((input) => input.ragged);
    const shape = ragged ? null : this.inferredShape(shapesOf(given));
    if (shape !== null && isShape(shape)) return new KerasTensor({ shape, dtype, name: this.name });
    return mapStructure<KerasTensor, KerasTensor>(super._infer_outputs(inputs, args), (output) =>
      output.with({ dtype }),
    );
  }
}
