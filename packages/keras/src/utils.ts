import { utils } from '@km/layers';

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
