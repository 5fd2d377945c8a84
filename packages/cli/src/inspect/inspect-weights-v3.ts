import type { ByteSource } from '@km/core';
import type { H5WeightsV3 } from '@km/hdf5';
import { formatBytes } from '../text/format.ts';
import { tensorTable, totalFact } from './common-sections.ts';
import { type Inspection, parameterCount, type TensorFacts, tensorFacts } from './inspection.ts';

/** Describes a `.weights.h5` file of Keras ≥ 2.12. */
export function inspectWeightsV3(source: ByteSource, weights: H5WeightsV3): Inspection {
  const { model, optimizer } = splitV3(v3Facts(weights));
  const { name, byteLength } = source;
  return {
    json: {
      format: 'h5',
      path: name,
      byteLength,
      holds: 'weights-v3',
      parameters: parameterCount(model),
      weights: model,
      optimizer_weights: optimizer,
    },
    sections: [
      {
        facts: [
          ['file', `${name} (${formatBytes(byteLength)})`],
          ['format', 'HDF5, weights only in the v3 layout of Keras ≥ 2.12'],
          ['objects', String(weights.size)],
          ['weights', totalFact(model)],
          ['optimizer state', optimizer.length === 0 ? 'none' : totalFact(optimizer)],
        ],
      },
      tensorTable('Weights', model),
      ...(optimizer.length === 0 ? [] : [tensorTable('Optimizer state', optimizer)]),
    ],
  };
}

/** Variables of a v3 file under their paths: `layers/dense/vars/0`. */
export function v3Facts(weights: H5WeightsV3): readonly TensorFacts[] {
  return [...weights].flatMap(([path, { variables }]) =>
    variables.map((tensor, i) => tensorFacts(`${path === '' ? '' : `${path}/`}vars/${i}`, tensor)),
  );
}

/** Variables of the model apart from those of its optimizer; metrics, which no one needs, belong to neither. */
export function splitV3(all: readonly TensorFacts[]): {
  readonly model: readonly TensorFacts[];
  readonly optimizer: readonly TensorFacts[];
} {
  return {
    model: all.filter(({ name }) => !/^(optimizer|metrics)\//.test(name)),
    optimizer: all.filter(({ name }) => name.startsWith('optimizer/')),
  };
}
