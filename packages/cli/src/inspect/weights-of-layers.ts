import type { WeightsByLayer } from './common-sections.ts';
import type { LayerDescription } from './describe-config.ts';
import type { TensorFacts } from './inspection.ts';

/**
 * Finds the variables of each layer in a v3 weights file, which names objects by class and number: `layers/dense_1`.
 * Undefined when the file names them otherwise, as Keras 2.12 does, which counts layers with weights twice.
 */
export function weightsOfLayers(
  layers: readonly LayerDescription[],
  weights: readonly TensorFacts[],
): WeightsByLayer | undefined {
  const counts = new Map<string, number>();
  const found = new Map<string, readonly TensorFacts[]>();
  for (const layer of layers) {
    const base = snakeCase(layer.class_name.slice(layer.class_name.lastIndexOf('>') + 1));
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    const prefix = `layers/${count === 0 ? base : `${base}_${count}`}/`;
    const own = weights.filter(({ name }) => name.startsWith(prefix));
    found.set(
      layer.name,
      own.map((tensor) => ({ ...tensor, name: tensor.name.slice(prefix.length) })),
    );
  }
  const matched = [...found.values()].reduce((sum, own) => sum + own.length, 0);
  return matched === weights.length ? found : undefined;
}

/** Name of a class as v3 files write it: `Conv2D` becomes `conv2d`. */
function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
