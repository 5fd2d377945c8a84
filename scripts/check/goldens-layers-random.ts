import type { GoldenCase, Goldens, Json } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { deserialize_layer } from '../../packages/layers/src/engine/deserialize-layer.ts';
import type { Layer } from '../../packages/layers/src/engine/layer.ts';
import { resetNames } from '../../packages/layers/src/engine/names.ts';
import { provided } from '../../packages/layers/src/engine/providers.ts';
import { Comparer, numbersOf } from './golden-report.ts';
import { tensorOf } from './golden-tensor.ts';

type Row = Readonly<Record<string, Json>>;

const rows = (value: Json | undefined): readonly Row[] =>
  Array.isArray(value) ? (value as readonly Row[]) : [];

/** Checks by statistics a layer that is random in training. */
export async function runRandomLayer(
  golden: GoldenCase,
  container: Goldens,
): Promise<number | string> {
  const { class_name, config, kind } = golden;
  if (!provided().layers().has(String(class_name))) return `no class ${String(class_name)}`;
  resetNames();
  const layer = deserialize_layer({ class_name, config: container.decode(config ?? null) });
  const compare = new Comparer();
  const input = tensorOf(container.tensor(golden.input));
  const draw = (): tf.Tensor => layer.apply(input, { training: true });
  switch (kind) {
    case 'moments':
      checkMoments(golden, manyDraws(draw), compare);
      break;
    case 'outcomes':
      checkOutcomes(golden, container, draw);
      break;
    case 'shapes':
      checkShapes(golden, draw);
      break;
    case 'mean_image':
      checkMeanImage(golden, container, draw, compare);
      break;
    default:
      return `no check for ${String(kind)}`;
  }
  checkInference(layer, input, compare);
  return compare.difference;
}

/** A layer may share a random number among many elements, so that one output tells too little. */
function manyDraws(draw: () => tf.Tensor): Float32Array {
  const draws = Array.from({ length: 20 }, () => draw().dataSync());
  return Float32Array.from(draws.flatMap((values) => [...values]));
}

function checkMoments(golden: GoldenCase, values: Float32Array, compare: Comparer): void {
  const statistics = golden.statistics as Row;
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  const zeros = values.reduce((sum, v) => sum + (v === 0 ? 1 : 0), 0) / values.length;
  const near = { rtol: 0.05, atol: 0.02 };
  compare.number('mean', mean, Number(statistics.mean), near);
  compare.number('std', Math.sqrt(variance), Number(statistics.std), near);
  compare.number('zero_fraction', zeros, Number(statistics.zero_fraction), near);
  const distinct = Array.isArray(statistics.distinct) ? statistics.distinct.map(Number) : [];
  if (distinct.length === 0 || distinct.length > 4) return;
  const stray = values.find((v) => !distinct.some((d) => Math.abs(d - v) < 1e-5));
  if (stray !== undefined) throw new Error(`${stray} is none of the values ${distinct.join(', ')}`);
}

function checkOutcomes(golden: GoldenCase, container: Goldens, draw: () => tf.Tensor): void {
  const allowed = rows(golden.outcomes).map(({ value }) => numbersOf(container.tensor(value)));
  const seen = new Set<number>();
  for (let i = 0; i < Number(golden.draws); i++) {
    const values = draw().dataSync();
    const found = allowed.findIndex((each) =>
      values.every((v, at) => Math.abs(v - (each[at] ?? Number.NaN)) < 1e-5),
    );
    if (found < 0) throw new Error(`draw ${i} is none of the ${allowed.length} outcomes`);
    seen.add(found);
  }
  if (seen.size < Math.min(allowed.length, 2)) throw new Error('every draw gave one outcome');
}

function checkShapes(golden: GoldenCase, draw: () => tf.Tensor): void {
  const allowed = new Set(rows(golden.shapes).map(({ shape }) => JSON.stringify(shape)));
  for (let i = 0; i < Number(golden.draws); i++) {
    const shape = JSON.stringify(draw().shape);
    if (!allowed.has(shape)) throw new Error(`shape ${shape} is none of ${[...allowed].join(' ')}`);
  }
}

function checkMeanImage(
  golden: GoldenCase,
  container: Goldens,
  draw: () => tf.Tensor,
  compare: Comparer,
): void {
  const draws = Number(golden.draws);
  const mean = container.tensor(golden.mean);
  const stds = numbersOf(container.tensor(golden.std));
  const sums = new Float64Array(numbersOf(mean).length);
  for (let i = 0; i < draws; i++) {
    draw()
      .dataSync()
      .forEach((v, at) => {
        sums[at] = (sums[at] ?? 0) + v / draws;
      });
  }
  const wanted = numbersOf(mean);
  sums.forEach((found, at) => {
    const atol = (5 * (stds[at] ?? 0) * Math.SQRT2) / Math.sqrt(draws) + 0.01;
    compare.number(`mean[${at}]`, found, wanted[at] ?? Number.NaN, { rtol: 0, atol });
  });
}

/** Outside of training these layers do nothing, unless they cut or resize. */
function checkInference(layer: Layer, input: tf.Tensor, compare: Comparer): void {
  const output = layer.apply(input, { training: false });
  if (!tf.util.arraysEqual(output.shape, input.shape)) return;
  const same = [...output.dataSync()].every((v, i) => v === input.dataSync()[i]);
  compare.equal('inference changes nothing', same, true);
}
