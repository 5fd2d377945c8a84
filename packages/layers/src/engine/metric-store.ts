import { isMetaBackend, isTracing } from '@km/graph';
import type * as tf from '@tensorflow/tfjs-core';
import { type AddedMetric, provided } from './providers.ts';
import { isMetric, type Module } from './tracking.ts';
import { Variable } from './variable.ts';

/** The metrics that one layer has made for values it added. */
export class MetricStore {
  readonly #added: Map<string, AddedMetric> = new Map();

  /** Counts a value of the running call. */
  add(value: tf.Tensor, name: string): void {
    // On the shape-only backend a layer is only outlined; its values come with each real call.
    // What is traced does not count.
    if (isMetaBackend() || isTracing()) return;
    this.make(name).update_state(value);
  }

  /** The metric of a name, made when it is first asked for. */
  make(name: string): AddedMetric {
    const known = this.#added.get(name);
    if (known !== undefined) return known;
    const metric = provided().mean(name);
    this.#added.set(name, metric);
    return metric;
  }

  /** The metrics among the children of the layer, then those made here. */
  collect(children: readonly (Variable | Module)[]): AddedMetric[] {
    const tracked = children.filter(
      (child) => !(child instanceof Variable) && isMetric(child),
    ) as unknown as AddedMetric[];
    return [...tracked, ...this.#added.values()];
  }
}
