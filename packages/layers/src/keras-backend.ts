/** What Keras has under `keras.backend` and still has a meaning here. */
export { learning_phase, set_learning_phase } from './engine/call-context.ts';
export { image_data_format, set_image_data_format } from './engine/data-format.ts';
export { is_keras_tensor } from './engine/keras-tensor.ts';
export { type MakeVariableOptions, variable } from './engine/make-variable.ts';
export { get_uid, resetNames as reset_uids } from './engine/names.ts';
export { floatx, set_floatx } from './engine/policy.ts';
export { clear_session } from './engine/session.ts';
export {
  batch_get_value,
  batch_set_value,
  count_params,
  get_value,
  int_shape,
  set_value,
} from './engine/values.ts';
export {
  type CtcDecodeOptions,
  ctc_batch_cost,
  ctc_decode,
} from './layers/op-layers/ctc.ts';
export { epsilon } from './losses/clip.ts';
