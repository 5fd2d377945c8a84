import { MalformedError, type Tensor } from '@km/core';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@km/keras-config';
import { isTypedTensor, tensorFromJson } from './json-tensor.ts';

/** Name of an array that was given without one. */
export const UNNAMED = 'array';

/**
 * Makes tensors of a JSON document: one array; an object of arrays by name; `{"inputs": …}` around either; or
 * `{"instances": […]}` with one row per example, each an array or an object of arrays by name. The last two are the
 * forms of TensorFlow Serving.
 * @throws MalformedError that names the path.
 */
export function arraysFromJson(value: JsonValue): Map<string, Tensor> {
  if (!isJsonObject(value) || isTypedTensor(value)) {
    return new Map([[UNNAMED, tensorFromJson(value, [])]]);
  }
  if ('instances' in value) return instancesOf(value.instances ?? null);
  const inner = value.inputs;
  if (isJsonObject(inner) && !isTypedTensor(inner)) return namedArrays(inner, ['inputs']);
  return namedArrays(value, []);
}

function namedArrays(object: JsonObject, path: readonly string[]): Map<string, Tensor> {
  const arrays = new Map<string, Tensor>();
  for (const [name, value] of Object.entries(object)) {
    if (name === 'signature_name' && typeof value === 'string') continue;
    arrays.set(name, tensorFromJson(value, [...path, name]));
  }
  return arrays;
}

function instancesOf(instances: JsonValue): Map<string, Tensor> {
  const rows = isJsonArray(instances) ? instances : undefined;
  if (rows === undefined) {
    throw new MalformedError('instances: expected a list with one row per example.', {
      path: 'instances',
    });
  }
  const [first] = rows;
  if (!isJsonObject(first) || isTypedTensor(first) || 'b64' in first) {
    return new Map([[UNNAMED, tensorFromJson(rows, ['instances'])]]);
  }
  const names = Object.keys(first);
  const columns = names.map((name) => rows.map((row, i) => memberOf(row, name, i)));
  return new Map(
    columns.map((column, i) => {
      const name = names[i] ?? UNNAMED;
      return [name, tensorFromJson(column, ['instances', name])];
    }),
  );
}

function memberOf(row: JsonValue, name: string, index: number): JsonValue {
  const value = isJsonObject(row) ? row[name] : undefined;
  if (value !== undefined) return value;
  throw new MalformedError(
    `instances[${index}]: expected an object with ${JSON.stringify(name)} like the first row.`,
    { path: `instances[${index}]` },
  );
}
