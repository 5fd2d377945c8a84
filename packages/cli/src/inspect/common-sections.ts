import { elementCount } from '@km/core';
import type { JsonValue } from '@km/keras-config';
import { formatBytes, formatCount, formatShape } from '../text/format.ts';
import type { FactSection, Section, TableSection } from '../text/section.ts';
import type { LayerDescription, ModelDescription } from './describe-config.ts';
import { shortName, type TrainingDescription } from './describe-training.ts';
import { byteCount, parameterCount, type TensorFacts } from './inspection.ts';

/** Weights of each layer right below a model, by the layer's name. */
export type WeightsByLayer = ReadonlyMap<string, readonly TensorFacts[]>;

/** Shapes that fit beside a layer; a nested model has hundreds. */
const MAX_SHAPES = 4;

/** A table of tensors. */
export function tensorTable(title: string, tensors: readonly TensorFacts[]): TableSection {
  return {
    title,
    head: ['name', 'dtype', 'shape', 'elements', 'size'],
    rows: tensors.map(({ name, dtype, shape, byteLength }) => [
      name,
      dtype,
      formatShape(shape),
      formatCount(elementCount(shape)),
      formatBytes(byteLength),
    ]),
    right: [3, 4],
  };
}

/** A table of the layers of a model; without weights, as in an architecture alone, their columns are left out. */
export function layerTable(model: ModelDescription, weights?: WeightsByLayer): Section[] {
  if (model.layers.length === 0) return [];
  const rows = model.layers.flatMap((layer) => layerRows(layer, 0, weights));
  const table: TableSection = {
    title: `Layers (${model.layers.length})`,
    head: ['layer', 'class', 'connected to', 'weights', 'parameters'],
    rows,
    right: [4],
  };
  return [weights === undefined ? withoutColumns(table, 3) : table];
}

function withoutColumns(table: TableSection, from: number): TableSection {
  return {
    title: table.title,
    head: table.head.slice(0, from),
    rows: table.rows.map((row) => row.slice(0, from)),
  };
}

function layerRows(
  layer: LayerDescription,
  depth: number,
  weights: WeightsByLayer | undefined,
): string[][] {
  const own = weights?.get(layer.name) ?? [];
  const name = `${'  '.repeat(depth)}${layer.name}`;
  const row = [
    layer.trainable ? name : `${name} (frozen)`,
    layer.class_name,
    layer.batch_input_shape === undefined || layer.inbound.length > 0
      ? layer.inbound.join(', ')
      : `input ${formatShape(layer.batch_input_shape)} ${layer.dtype ?? ''}`.trimEnd(),
    shapesOf(own),
    depth === 0 ? formatCount(parameterCount(own)) : '',
  ];
  const nested = (layer.layers ?? []).flatMap((inner) => layerRows(inner, depth + 1, undefined));
  return [row, ...nested];
}

function shapesOf(weights: readonly TensorFacts[]): string {
  const shapes = weights.slice(0, MAX_SHAPES).map(({ name, dtype, shape }) => {
    const short = name.slice(name.lastIndexOf('/') + 1).replace(/:\d+$/, '');
    return `${short} ${formatShape(shape)}${dtype === 'float32' ? '' : ` ${dtype}`}`;
  });
  if (weights.length > MAX_SHAPES) shapes.push(`… ${weights.length - MAX_SHAPES} more`);
  return shapes.join(', ');
}

/** Facts of a model. */
export function modelFacts(model: ModelDescription): FactSection['facts'] {
  return [
    ['model', `${model.class_name}${model.name === undefined ? '' : ` ${quote(model.name)}`}`],
    ['dialect', model.dialect],
    ['inputs', model.inputs.join(', ') || undefined],
    ['outputs', model.outputs.join(', ') || undefined],
    ['note', model.note],
  ];
}

/** Sum of what tensors hold. */
export function totalFact(tensors: readonly TensorFacts[]): string {
  const parameters = formatCount(parameterCount(tensors));
  return `${parameters} parameters in ${formatCount(tensors.length)} tensors, ${formatBytes(byteCount(tensors))}`;
}

/** How a model was compiled, and the state of its optimizer. */
export function trainingSection(
  training: TrainingDescription | undefined,
  state: readonly TensorFacts[] | undefined,
): Section {
  if (training === undefined) return { title: 'Training', lines: ['not compiled'] };
  return {
    title: 'Training',
    facts: [
      ['optimizer', optimizerFact(training)],
      ['loss', shortName(training.loss)],
      ['metrics', shortName(training.metrics)],
      ['weighted metrics', shortName(training.weighted_metrics)],
      ['loss weights', shortName(training.loss_weights)],
      ['optimizer state', state === undefined ? 'none' : totalFact(state)],
      ['note', training.note],
    ],
  };
}

function optimizerFact({ optimizer, optimizer_config }: TrainingDescription): string | undefined {
  const config: JsonValue | undefined = optimizer_config;
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return optimizer;
  const settings = Object.entries(config).flatMap(([key, value]) => {
    const text = key === 'name' ? undefined : shortName(value);
    return text === undefined ? [] : [`${key} ${text}`];
  });
  return `${optimizer ?? ''} (${settings.join(', ')})`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
