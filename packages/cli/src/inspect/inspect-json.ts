import { type ByteSource, encodeTensor, isKmError, MalformedError, type Tensor } from '@km/core';
import { isSerializedObject, type JsonValue, parseConfig } from '@km/keras-config';
import { arraysFromJson } from '../arrays/json-arrays.ts';
import { readJsonText } from '../place/read-json-text.ts';
import { formatBytes } from '../text/format.ts';
import { layerTable, modelFacts, tensorTable } from './common-sections.ts';
import { describeModel } from './describe-config.ts';
import { type Inspection, type InspectOptions, tensorFacts } from './inspection.ts';

/** Describes a JSON file: the architecture of a model, or arrays. */
export async function inspectJson(
  source: ByteSource,
  options: InspectOptions,
): Promise<Inspection> {
  const text = await readJsonText(source, { signal: options.signal });
  const value = parseConfig(text, { source: source.name });
  if (!isSerializedObject(value)) return inspectArrays(source, 'json', arraysOf(value, source));
  const model = describeModel(text, source.name);
  return {
    json: { format: 'json', path: source.name, byteLength: source.byteLength, model },
    sections: [
      {
        facts: [
          ['file', `${source.name} (${formatBytes(source.byteLength)})`],
          ['format', 'JSON, architecture only'],
          ['Keras', model.keras_version],
          ...modelFacts(model),
        ],
      },
      ...layerTable(model),
    ],
  };
}

function arraysOf(value: JsonValue, source: ByteSource): ReadonlyMap<string, Tensor> {
  try {
    return arraysFromJson(value);
  } catch (error) {
    if (!isKmError(error)) throw error;
    throw new MalformedError(
      `${source.name} is JSON, but neither the architecture of a Keras model, with class_name and config, nor arrays.`,
      { source: source.name, cause: error },
    );
  }
}

/** Describes arrays, of which the file holds nothing else. */
export function inspectArrays(
  source: ByteSource,
  format: 'json' | 'npy' | 'npz',
  arrays: ReadonlyMap<string, Tensor>,
): Inspection {
  const facts = Array.from(arrays, ([name, tensor]) =>
    tensorFacts(name, { ...tensor, byteLength: bytesOf(tensor) }),
  );
  return {
    json: { format, path: source.name, byteLength: source.byteLength, arrays: facts },
    sections: [
      {
        facts: [
          ['file', `${source.name} (${formatBytes(source.byteLength)})`],
          ['format', `${format === 'json' ? 'JSON' : `NumPy .${format}`}, arrays`],
        ],
      },
      tensorTable('Arrays', facts),
    ],
  };
}

function bytesOf(tensor: Tensor): number {
  if (tensor.dtype !== 'string') return encodeTensor(tensor).length;
  return tensor.data.reduce((sum, element) => sum + element.length, 0);
}
