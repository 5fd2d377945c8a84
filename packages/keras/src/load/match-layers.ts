import { MalformedError, type Tensor } from '@km/core';
import type { Layer, Model, Variable } from '@km/layers';
import { type AssignOptions, assignRecord, type StoredWeight, sameShape } from './assign.ts';
import { upgradeLayerWeights } from './layer-weights.ts';
import type { ReportBuilder } from './load-report.ts';

/** The weights of one layer as a file holds them. */
export interface StoredLayer {
  readonly name: string;
  readonly weights: readonly StoredWeight[];
}

/**
 * Fills a model by order, as `load_weights` of a legacy HDF5 file: file layers with weights and model layers with weights
 * are paired; names are not compared.
 * @throws MalformedError when the numbers of layers or weights, or the shapes differ.
 */
export async function matchByOrder(
  model: Model,
  stored: readonly StoredLayer[],
  report: ReportBuilder,
  options: AssignOptions = {},
): Promise<void> {
  const layers = model.layers.filter((layer) => layer.weights.length > 0);
  const filled = stored.filter((layer) => layer.weights.length > 0);
  if (layers.length !== filled.length) {
    throw new MalformedError(
      `Layer count mismatch when loading weights from file. Model expected ${layers.length} layers, found ${filled.length} saved layers. Build the model as it was saved, or pass by_name=true.`,
    );
  }
  for (const [index, layer] of layers.entries()) {
    const entry = filled[index];
    if (entry !== undefined) await fillLayer(layer, entry, index, report, options);
  }
}

/** Fills the layers whose names stand in the file, as `load_weights(by_name=True)`; the rest is reported. */
export async function matchByName(
  model: Model,
  stored: readonly StoredLayer[],
  report: ReportBuilder,
  options: AssignOptions = {},
): Promise<void> {
  const byName = new Map<string, Layer[]>();
  for (const layer of model.layers) {
    byName.set(layer.name, [...(byName.get(layer.name) ?? []), layer]);
  }
  const seen = new Set<Layer>();
  for (const [index, entry] of stored.entries()) {
    const layers = byName.get(entry.name) ?? [];
    if (layers.length === 0) report.extra.push(...entry.weights.map((weight) => weight.name));
    for (const layer of layers) {
      seen.add(layer);
      await fillLayer(layer, entry, index, report, options);
    }
  }
  for (const layer of model.layers) {
    if (!seen.has(layer)) report.missing.push(...layer.weights.map((weight) => weight.name));
  }
}

async function fillLayer(
  layer: Layer,
  stored: StoredLayer,
  index: number,
  report: ReportBuilder,
  options: AssignOptions,
): Promise<void> {
  const records: Tensor[] = [];
  for (const weight of stored.weights) records.push(await weight.tensor.read(options));
  const weights = layer.weights;
  const upgraded = fits(weights, records) ? records : upgradeLayerWeights(layer, records);
  if (upgraded.length !== weights.length) {
    return mismatchedCount(layer, stored, index, upgraded.length, report, options);
  }
  for (const [k, variable] of weights.entries()) {
    const record = upgraded[k];
    const name = stored.weights[k]?.name ?? `${stored.name}/${k}`;
    if (record !== undefined) assignRecord(variable, name, record, report, options);
  }
}

function fits(weights: readonly Variable[], records: readonly Tensor[]): boolean {
  return (
    weights.length === records.length &&
    weights.every(({ shape }, i) => sameShape(shape, records[i]?.shape ?? []))
  );
}

function mismatchedCount(
  layer: Layer,
  stored: StoredLayer,
  index: number,
  received: number,
  report: ReportBuilder,
  options: AssignOptions,
): void {
  if (options.skip_mismatch !== true) {
    throw new MalformedError(
      `Weight count mismatch for layer #${index} (named ${layer.name} in the current model, ${stored.name} in the save file). Layer expects ${layer.weights.length} weight(s). Received ${received} saved weight(s).`,
    );
  }
  report.missing.push(...layer.weights.map((variable) => variable.name));
  report.extra.push(...stored.weights.map((weight) => weight.name));
}

/** Fills the weights that were set on the model itself, by order. */
export async function matchTopLevel(
  variables: readonly Variable[],
  stored: readonly StoredWeight[],
  report: ReportBuilder,
  options: AssignOptions = {},
): Promise<void> {
  if (variables.length !== stored.length) {
    throw new MalformedError(
      `Weight count mismatch for top-level weights when loading weights from file. Model expects ${variables.length} top-level weight(s). Received ${stored.length} saved top-level weight(s).`,
    );
  }
  for (const [k, variable] of variables.entries()) {
    const weight = stored[k];
    if (weight === undefined) continue;
    assignRecord(variable, weight.name, await weight.tensor.read(options), report, options);
  }
}

/** Weights that were set on the model itself, trainable ones first. */
export function topLevelWeights(model: Model): readonly Variable[] {
  const inner = new Set(model.layers.flatMap((layer) => layer.weights));
  const own = model.weights.filter((variable) => !inner.has(variable));
  return [...own.filter((v) => v.trainable), ...own.filter((v) => !v.trainable)];
}
