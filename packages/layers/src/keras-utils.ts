/** What Keras has under `keras.utils`. */
export {
  custom_object_scope,
  deserialize_keras_object,
  get_custom_objects,
  get_registered_name,
  get_registered_object,
  register_keras_serializable,
  serialize_keras_object,
} from './engine/registry.ts';
export { set_random_seed } from './random/index.ts';
export { Sequence } from './training/sequence.ts';
export { to_categorical } from './utils/to-categorical.ts';
