import { type JsonValue, printConfig, toWidestForm } from '@km/keras-config';
import { type Serializable, serialize_keras_object } from './registry.ts';

/** Release of Keras whose form of a configuration is written. */
const KERAS_VERSION = '2.15.0';

/** The architecture of a model as JSON that TensorFlow 2.4 and later read. */
export function modelToJson(model: Serializable): string {
  const form = toWidestForm(serialize_keras_object(model) as JsonValue) as object;
  return printConfig({ ...form, keras_version: KERAS_VERSION, backend: 'tensorflow' });
}
