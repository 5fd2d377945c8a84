import { InputLayer } from './input-layer.ts';
import type { Layer } from './layer.ts';
import { Module } from './tracking.ts';

/** True for a nested model that has an input of its own; its construction counts as its call 0 in configs. */
export function countsConstruction(layer: Layer): boolean {
  if (!('_is_graph_network' in layer)) return false;
  const [first] = layer._tracked_children();
  return first === undefined ? layer._is_graph_network === true : isInput(first);
}

function isInput(child: unknown): boolean {
  return child instanceof Module && child instanceof InputLayer;
}
