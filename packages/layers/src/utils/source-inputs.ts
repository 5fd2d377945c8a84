import type { KerasTensor } from '../engine/keras-tensor.ts';
import { nodeOf } from '../engine/node.ts';

/** Lists the inputs that a symbolic tensor depends on, as `keras.utils.get_source_inputs`. */
export function get_source_inputs(tensor: KerasTensor): KerasTensor[] {
  const found = new Set<KerasTensor>();
  const seen = new Set<KerasTensor>();
  const visit = (one: KerasTensor): void => {
    if (seen.has(one)) return;
    seen.add(one);
    const { is_input, keras_inputs } = nodeOf(one);
    if (is_input) found.add(one);
    else keras_inputs.forEach(visit);
  };
  visit(tensor);
  return [...found];
}
