import { type ByteSource, MalformedError } from '@km/core';
import type { WeightsByLayer } from '../inspect/common-sections.ts';
import type { LayerDescription, ModelDescription } from '../inspect/describe-config.ts';
import { describeModel } from '../inspect/describe-config.ts';
import { readJsonText } from '../place/read-json-text.ts';
import type { Checklist } from './checklist.ts';
import { shapeProblem } from './expected-shapes.ts';

/** Checks a JSON file that holds an architecture. */
export async function verifyArchitecture(source: ByteSource, list: Checklist): Promise<void> {
  const text = await list.run('structure', 'text', () => readJsonText(source, list.read));
  if (text !== undefined) await verifyModelConfig(text, source.name, undefined, list);
}

/** Checks the configuration of a model: that it can be read, and that every layer it connects exists. */
export async function verifyModelConfig(
  text: string,
  name: string,
  kerasVersion: string | undefined,
  list: Checklist,
): Promise<ModelDescription | undefined> {
  const model = await list.run('structure', 'configuration', () => {
    const described = describeModel(text, name, kerasVersion);
    if (described.note !== undefined && described.layers.length > 0) {
      throw new MalformedError(described.note);
    }
    return described;
  });
  if (model === undefined) return undefined;
  if (model.note !== undefined) list.warn('structure', 'configuration', model.note);
  verifyConnections(model, model.layers, list);
  return model;
}

function verifyConnections(
  model: Pick<ModelDescription, 'inputs' | 'name' | 'outputs'>,
  layers: readonly LayerDescription[],
  list: Checklist,
): void {
  const names = new Set(layers.map(({ name }) => name));
  const wanted = new Set([
    ...layers.flatMap(({ inbound }) => inbound),
    ...model.inputs,
    ...model.outputs,
  ]);
  const unknown = [...wanted].filter((name) => !names.has(name));
  const doubled = layers.length - names.size;
  list.note(
    'consistency',
    'connections between layers',
    unknown.length > 0
      ? `layers are connected to ${unknown.join(', ')}, which do not exist`
      : doubled > 0
        ? `${doubled} layers have the name of another one`
        : undefined,
  );
}

/** Checks that layers and stored weights belong together: by name, and by shape where the configuration tells it. */
export function verifyLayers(
  { layers, dialect }: ModelDescription,
  weights: WeightsByLayer,
  list: Checklist,
): void {
  const names = new Set(layers.map(({ name }) => name));
  const strangers = [...weights].filter(([name, own]) => own.length > 0 && !names.has(name));
  list.note(
    'consistency',
    'weights belong to layers',
    strangers.length === 0
      ? undefined
      : `there are weights of ${strangers.map(([name]) => name).join(', ')}, which the configuration does not have`,
  );
  const absent = layers.filter(
    ({ name, class_name }) => class_name !== 'InputLayer' && !weights.has(name),
  );
  list.note(
    'consistency',
    'layers are listed',
    absent.length === 0
      ? undefined
      : `the file does not list ${absent.map(({ name }) => name).join(', ')} of the configuration`,
  );
  // Keras 1 stores other weights, which loading rearranges.
  if (dialect === 'keras-1') return;
  for (const layer of layers) {
    const own = weights.get(layer.name) ?? [];
    if (own.length > 0) list.note('shapes', layer.name, shapeProblem(layer, own));
  }
}
