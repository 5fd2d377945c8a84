import { isJsonObject, type JsonValue } from '@km/keras-config';
import { InputSpec, type InputSpecOptions, type Nested } from '@km/layers';
import { withPlainShapes } from './metadata.ts';

/** What a layer demands of its inputs, from what Keras noted of it; null when it noted nothing. */
export function inputSpec(noted: JsonValue | undefined): Nested<InputSpec | null> | null {
  if (noted === undefined || noted === null) return null;
  if (Array.isArray(noted)) return noted.map((item) => inputSpec(item) as InputSpec);
  if (!isJsonObject(noted)) return null;
  const { class_name, config } = noted;
  if (class_name !== 'InputSpec' || !isJsonObject(config)) {
    const entries = Object.entries(noted).map(([key, item]) => [key, inputSpec(item)]);
    return Object.fromEntries(entries) as Nested<InputSpec | null>;
  }
  const { shape, ...others } = config;
  return new InputSpec({ ...others, shape: sizesOf(shape) } as InputSpecOptions);
}

/** A shape, which Keras notes as a tuple or as a `TensorShape`. */
function sizesOf(shape: JsonValue | undefined): readonly JsonValue[] | null {
  const plain = withPlainShapes(shape ?? null);
  if (Array.isArray(plain)) return plain;
  return isJsonObject(plain) && Array.isArray(plain.items) ? plain.items : null;
}
