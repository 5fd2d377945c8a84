import type { Tensor } from '@km/core';
import type { Layer, Variable } from '@km/layers';
import { upgradeWeights } from './legacy-weights.ts';

/**
 * Rearranges the stored weights of a layer, which may hold others, into the form of its variables; weights that fit are
 * returned as they are.
 */
export function upgradeLayerWeights(layer: Layer, stored: readonly Tensor[]): readonly Tensor[] {
  const leaves = leavesOf(layer);
  if (leaves.length <= 1) return upgradeLeaf(leaves[0] ?? layer, stored);
  const order = layer.weights;
  const parts = partsOf(leaves, order, stored);
  if (parts === undefined) return stored;
  const upgraded = new Map<Variable, Tensor>();
  for (const [leaf, records] of parts) {
    const fresh = upgradeLeaf(leaf, records);
    if (fresh.length !== leaf.weights.length) return stored;
    for (const [k, variable] of leaf.weights.entries()) {
      const record = fresh[k];
      if (record !== undefined) upgraded.set(variable, record);
    }
  }
  return order.flatMap((variable) => upgraded.get(variable) ?? []);
}

/** Innermost layers with weights, in order; each variable belongs to one of them. */
function leavesOf(layer: Layer): readonly Layer[] {
  const children = layer._sublayers.filter((child) => child.weights.length > 0);
  if (children.length === 0 || isCellOwner(layer)) return [layer];
  return [...new Set(children.flatMap((child) => leavesOf(child)))];
}

/** A recurrent layer keeps its weights in its cell, but its class decides their form. */
function isCellOwner(layer: Layer): boolean {
  return ['LSTM', 'GRU', 'SimpleRNN', 'CuDNNLSTM', 'CuDNNGRU', 'ConvLSTM2D'].includes(
    className(layer),
  );
}

function className(layer: Layer): string {
  return (layer.constructor as typeof Layer).className;
}

function upgradeLeaf(leaf: Layer, stored: readonly Tensor[]): readonly Tensor[] {
  const shapes = leaf.weights.map((variable) => variable.shape);
  return upgradeWeights({ class_name: className(leaf), config: leaf.get_config(), shapes }, stored);
}

/** Divides stored weights among the innermost layers: by position when the counts agree, else in equal runs. */
function partsOf(
  leaves: readonly Layer[],
  order: readonly Variable[],
  stored: readonly Tensor[],
): ReadonlyMap<Layer, readonly Tensor[]> | undefined {
  if (stored.length === order.length) {
    return new Map(
      leaves.map((leaf) => [
        leaf,
        leaf.weights.flatMap((variable) => stored[order.indexOf(variable)] ?? []),
      ]),
    );
  }
  const run = stored.length / leaves.length;
  if (!Number.isInteger(run)) return undefined;
  return new Map(leaves.map((leaf, k) => [leaf, stored.slice(k * run, (k + 1) * run)]));
}
