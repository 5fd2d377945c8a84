import { utils } from '@km/layers';

export { type ModelToDotOptions, model_to_dot } from './plot/model-to-dot.ts';
export { type PlotModelOptions, plot_model } from './plot/plot-model.ts';

/** Names classes and functions for the time of a call. */
export const custom_object_scope: typeof utils.custom_object_scope = utils.custom_object_scope;
/** Makes an object from its class name and configuration. */
export const deserialize_keras_object: typeof utils.deserialize_keras_object =
  utils.deserialize_keras_object;
/** The classes and functions that are registered. */
export const get_custom_objects: typeof utils.get_custom_objects = utils.get_custom_objects;
/** The name under which an object is registered. */
export const get_registered_name: typeof utils.get_registered_name = utils.get_registered_name;
/** The object that is registered under a name. */
export const get_registered_object: typeof utils.get_registered_object =
  utils.get_registered_object;
/** Registers a class or function under a package and a name. */
export const register_keras_serializable: typeof utils.register_keras_serializable =
  utils.register_keras_serializable;
/** Describes an object by its class name and configuration. */
export const serialize_keras_object: typeof utils.serialize_keras_object =
  utils.serialize_keras_object;
/** Rules all random numbers from now on. */
export const set_random_seed: typeof utils.set_random_seed = utils.set_random_seed;
/** Turns class numbers into rows of zeros with a one. */
export const to_categorical: typeof utils.to_categorical = utils.to_categorical;
/** Is the base of data whose batches are reached by number. */
export const Sequence: typeof utils.Sequence = utils.Sequence;
/** An instance of `Sequence`. */
export type Sequence = utils.Sequence;
/** Divides numbers by their norm along an axis. */
export const normalize: typeof utils.normalize = utils.normalize;
/** Puts inputs, labels and weights together as `fit` takes them. */
export const pack_x_y_sample_weight: typeof utils.pack_x_y_sample_weight =
  utils.pack_x_y_sample_weight;
/** Takes inputs, labels and weights apart. */
export const unpack_x_y_sample_weight: typeof utils.unpack_x_y_sample_weight =
  utils.unpack_x_y_sample_weight;
/** Gives sequences the same length. */
export const pad_sequences: typeof utils.pad_sequences = utils.pad_sequences;
/** Lists the inputs that a symbolic tensor depends on. */
export const get_source_inputs: typeof utils.get_source_inputs = utils.get_source_inputs;
/** Splits the samples of arrays into two parts. */
export const split_dataset: typeof utils.split_dataset = utils.split_dataset;
/** Cuts windows out of a series, in batches. */
export const timeseries_dataset_from_array: typeof utils.timeseries_dataset_from_array =
  utils.timeseries_dataset_from_array;
/** Turns class numbers into rows that begin with as many ones. */
export const to_ordinal: typeof utils.to_ordinal = utils.to_ordinal;
/** Makes the table of a new vocabulary from that of another one. */
export const warmstart_embedding_matrix: typeof utils.warmstart_embedding_matrix =
  utils.warmstart_embedding_matrix;
