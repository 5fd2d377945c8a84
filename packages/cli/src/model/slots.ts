import type { Model } from '@km/keras';
import type { Slot } from './bind-arrays.ts';

/** What a model takes, in order; a subclassed model that was never called says nothing and takes one array. */
export function inputSlots(model: Model): readonly Slot[] {
  const { input_names, inputs } = model;
  if (inputs.length === 0) return [{ name: 'input_1', shape: undefined }];
  return inputs.map((tensor, i) => ({ name: input_names[i] ?? tensor.name, shape: tensor.shape }));
}

/** What a model gives, in order: under the keys of a dictionary of outputs, or the names of the outputs. */
export function outputSlots(model: Model): readonly Slot[] {
  const { output_names, outputs } = model;
  const keys = outputKeys(model);
  if (outputs.length === 0) return [{ name: 'output_1', shape: undefined }];
  return outputs.map((tensor, i) => ({
    name: keys?.[i] ?? output_names[i] ?? tensor.name,
    shape: tensor.shape,
  }));
}

/** Keys of the outputs of a model that gives a dictionary, sorted as Keras flattens it. */
export function outputKeys(model: Model): readonly string[] | undefined {
  if (model.outputs.length === 0) return undefined;
  const { output } = model;
  const isDictionary =
    typeof output === 'object' && Object.getPrototypeOf(output) === Object.prototype;
  return isDictionary ? Object.keys(output).sort() : undefined;
}
