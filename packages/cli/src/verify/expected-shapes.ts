import { isJsonArray, type JsonObject, type JsonValue } from '@km/keras-config';
import type { LayerDescription } from '../inspect/describe-config.ts';
import type { TensorFacts } from '../inspect/inspection.ts';
import { formatShape } from '../text/format.ts';

/** Sizes that a configuration fixes: a number where it does, null where it does not. */
type Expected = readonly (number | null)[];

/** Expected shapes of the first weights of a layer, as far as its configuration alone tells. */
const EXPECTED = new Map<string, (config: JsonObject) => readonly (Expected | undefined)[]>([
  ['Dense', ({ units }) => [[null, size(units)], [size(units)]]],
  ['Embedding', ({ input_dim, output_dim }) => [[size(input_dim), size(output_dim)]]],
  ['Conv1D', (config) => convolution(config, 1)],
  ['Conv2D', (config) => convolution(config, 2)],
  ['Conv3D', (config) => convolution(config, 3)],
  ['SimpleRNN', (config) => recurrent(config, 1)],
  ['GRU', (config) => recurrent(config, 3)],
  ['LSTM', (config) => recurrent(config, 4)],
]);

/** Says what is wrong with the shapes of a layer's weights; undefined when nothing is, or nothing is known. */
export function shapeProblem(
  layer: LayerDescription,
  weights: readonly TensorFacts[],
): string | undefined {
  const expected = EXPECTED.get(layer.class_name)?.(layer.config) ?? [];
  for (const [i, shape] of expected.entries()) {
    const weight = weights[i];
    if (shape === undefined || weight === undefined || fits(shape, weight.shape)) continue;
    return `${weight.name} has the shape ${formatShape(weight.shape)}, its configuration asks for ${formatShape(shape)}`;
  }
  return undefined;
}

function fits(expected: Expected, shape: readonly number[]): boolean {
  return (
    expected.length === shape.length &&
    expected.every((axis, i) => axis === null || axis === shape[i])
  );
}

function convolution({ filters, kernel_size }: JsonObject, rank: number): readonly Expected[] {
  const kernel = isJsonArray(kernel_size) ? kernel_size : Array(rank).fill(kernel_size);
  return [[...kernel.map(size), null, size(filters)], [size(filters)]];
}

function recurrent({ units }: JsonObject, gates: number): readonly Expected[] {
  const count = size(units);
  const wide = count === null ? null : count * gates;
  return [
    [null, wide],
    [count, wide],
  ];
}

function size(value: JsonValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}
