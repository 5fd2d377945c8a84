import type { GraphDType } from '../executor/dtype.ts';
import type { HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily, OpNode } from '../executor/op-node.ts';
import { bytesOf, onHost, shapeOf, type Value } from '../executor/values.ts';
import { inputAt } from './define.ts';
import {
  decodeExample,
  denseFeature,
  type Features,
  raggedFeature,
  sparseFeature,
  valuesOf,
} from './host/example.ts';
import { decodeText } from './host/text.ts';

/** Names of the features that a node reads, and their default values. */
interface Keys {
  readonly sparse: readonly string[];
  readonly dense: readonly string[];
  readonly ragged: readonly string[];
  readonly defaults: readonly Value[];
}

interface Types {
  readonly sparse: readonly GraphDType[];
  readonly dense: readonly GraphDType[];
  readonly ragged: readonly GraphDType[];
  readonly splits: readonly GraphDType[];
  readonly shapes: readonly (readonly (number | null)[])[];
}

function typesOf({ attrs }: OpNode, hasRagged: boolean): Types {
  return {
    sparse: attrs.types('sparse_types'),
    dense: attrs.types('Tdense'),
    ragged: hasRagged ? attrs.types('ragged_value_types') : [],
    splits: hasRagged ? attrs.types('ragged_split_types') : [],
    shapes: attrs.shapes('dense_shapes').map((shape) => shape ?? []),
  };
}

/** Reads features of examples: sparse, dense and ragged ones. */
function parse(serialized: Value, keys: Keys, types: Types): HostTensor[] {
  const isBatch = shapeOf(serialized).length > 0;
  const examples: readonly Features[] = bytesOf(serialized).map(decodeExample);
  const rowsOf = (key: string, dtype: GraphDType): ReturnType<typeof valuesOf>[] =>
    examples.map((features) => valuesOf(features, key, dtype));
  const sparse = keys.sparse.map((key, i) => {
    const dtype = types.sparse[i] ?? 'string';
    return sparseFeature(rowsOf(key, dtype), dtype, isBatch);
  });
  const dense = keys.dense.map((key, i) => {
    const dtype = types.dense[i] ?? 'string';
    const fallback = onHost(inputAt(keys.defaults, i), dtype);
    return denseFeature(
      rowsOf(key, dtype),
      { key, dtype, shape: types.shapes[i] ?? [], fallback },
      isBatch,
    );
  });
  const ragged = keys.ragged.map((key, i) => {
    const dtype = types.ragged[i] ?? 'string';
    return raggedFeature(rowsOf(key, dtype), dtype, types.splits[i] ?? 'int64', isBatch);
  });
  return [
    ...sparse.map(({ indices }) => indices),
    ...sparse.map(({ values }) => values),
    ...sparse.map(({ shape }) => shape),
    ...dense,
    ...ragged.map(({ values }) => values),
    ...ragged.map(({ splits }) => splits),
  ];
}

function textsOf(value: Value): string[] {
  return bytesOf(value).map(decodeText);
}

const parseExample: OpBuilder = (node) => {
  const types = typesOf(node, false);
  const sparseCount = node.attrs.int('Nsparse');
  const denseCount = node.attrs.int('Ndense');
  return (inputs) => {
    const names = inputs.slice(2, 2 + sparseCount + denseCount).flatMap(textsOf);
    const keys = {
      sparse: names.slice(0, sparseCount),
      dense: names.slice(sparseCount),
      ragged: [],
      defaults: inputs.slice(2 + sparseCount + denseCount),
    };
    return parse(inputAt(inputs, 0), keys, types);
  };
};

const parseExampleV2: OpBuilder = (node) => {
  const types = typesOf(node, true);
  return (inputs) => {
    const keys = {
      sparse: textsOf(inputAt(inputs, 2)),
      dense: textsOf(inputAt(inputs, 3)),
      ragged: textsOf(inputAt(inputs, 4)),
      defaults: inputs.slice(5),
    };
    return parse(inputAt(inputs, 0), keys, types);
  };
};

const parseSingleExample: OpBuilder = (node) => {
  const types = typesOf(node, false);
  const sparse = node.attrs.strings('sparse_keys');
  const dense = node.attrs.strings('dense_keys');
  return (inputs) =>
    parse(inputAt(inputs, 0), { sparse, dense, ragged: [], defaults: inputs.slice(1) }, types);
};

/** Ops that read serialized examples. */
export const parseOps: OpFamily = {
  ParseExample: parseExample,
  ParseExampleV2: parseExampleV2,
  ParseSingleExample: parseSingleExample,
};
