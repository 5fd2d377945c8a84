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
export { normalize } from './utils/normalize.ts';
export { pack_x_y_sample_weight, unpack_x_y_sample_weight } from './utils/pack.ts';
export {
  type PaddingSide,
  type PadSequencesOptions,
  pad_sequences,
} from './utils/pad-sequences.ts';
export { get_source_inputs } from './utils/source-inputs.ts';
export { type SplitDatasetOptions, split_dataset } from './utils/split-dataset.ts';
export {
  type TimeseriesBatch,
  type TimeseriesDataset,
  type TimeseriesOptions,
  timeseries_dataset_from_array,
} from './utils/timeseries-dataset.ts';
export { to_categorical } from './utils/to-categorical.ts';
export { to_ordinal } from './utils/to-ordinal.ts';
export { warmstart_embedding_matrix } from './utils/warmstart-embedding.ts';
