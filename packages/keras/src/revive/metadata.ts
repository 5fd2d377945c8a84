import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseConfig,
  requireObject,
} from '@km/keras-config';
import type { Shape, Shapes } from '@km/layers';
import type { KerasMetadata } from '@km/savedmodel';

/** What Keras noted of one object. */
export interface ObjectMetadata {
  readonly identifier: string;
  readonly class_name: string;
  readonly name: string;
  /** Constructor arguments; null where the class gave none. */
  readonly config: JsonObject | null;
  readonly json: JsonObject;
}

/** What stands in a config whose class could not give it (tf_keras/src/saving/legacy/serialization.py). */
const NO_CONFIG = 'layer was saved without config';

/** Reads what Keras noted, by the index of the object. @throws MalformedError that names the object. */
export function metadataByNode(
  { nodes }: KerasMetadata,
  source: string,
): ReadonlyMap<number, ObjectMetadata> {
  return new Map(
    nodes.map(({ node, identifier, json, path }) => {
      const value = requireObject(parseConfig(json, { source: `${source}: metadata of ${path}` }), [
        path,
      ]);
      return [node, { identifier, json: value, ...described(value) }];
    }),
  );
}

function described(value: JsonObject): Pick<ObjectMetadata, 'class_name' | 'name' | 'config'> {
  const model = isJsonObject(value.model_config) ? value.model_config : {};
  const config = isJsonObject(value.config) ? value.config : model.config;
  return {
    class_name: typeof value.class_name === 'string' ? value.class_name : 'Layer',
    name: typeof value.name === 'string' ? value.name : '',
    config: isJsonObject(config) && config[NO_CONFIG] !== true ? config : null,
  };
}

/** The shape that `build` was called with, in lists and dictionaries where the layer takes several; null for none. */
export function buildShape(value: JsonValue | undefined): Shapes | null {
  if (value === undefined || value === null) return null;
  if (isJsonObject(value)) return taggedShape(value);
  if (!Array.isArray(value)) return null;
  return isSizes(value) ? value : listOf(value);
}

function taggedShape(value: JsonObject): Shapes | null {
  const { class_name, items } = value;
  if (class_name === 'TensorShape' || class_name === '__tuple__') return buildShape(items);
  const entries = Object.entries(value).map(([name, item]): [string, Shapes | null] => [
    name,
    buildShape(item),
  ]);
  if (entries.some(([, shape]) => shape === null)) return null;
  return Object.fromEntries(entries) as { [name: string]: Shapes };
}

function listOf(items: readonly JsonValue[]): Shapes | null {
  const shapes = items.map(buildShape);
  return shapes.includes(null) ? null : (shapes as readonly Shapes[]);
}

function isSizes(value: readonly JsonValue[]): value is Shape {
  return value.every((size) => size === null || Number.isSafeInteger(size));
}

/** A config in which shapes are lists, as constructors take them. */
export function withPlainShapes(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withPlainShapes);
  if (!isJsonObject(value)) return value;
  if (value.class_name === 'TensorShape' && Array.isArray(value.items)) return value.items;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, withPlainShapes(item)]),
  );
}
