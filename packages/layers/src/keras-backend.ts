/** What Keras has under `keras.backend` and still has a meaning here. */
export { set_learning_phase } from './engine/call-context.ts';
export { is_keras_tensor } from './engine/keras-tensor.ts';
export { type MakeVariableOptions, variable } from './engine/make-variable.ts';
export { floatx, set_floatx } from './engine/policy.ts';
export { clear_session } from './engine/session.ts';
