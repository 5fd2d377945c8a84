import { UnsupportedError } from '@km/core';
import { isTracing } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { RaggedTensor } from '../ragged/ragged-tensor.ts';
import { sameNestedSplits } from '../ragged/row-partition.ts';
import { reverse } from '../ragged/select.ts';
import type { Layer } from './layer.ts';
import { flatten, mapStructure } from './nest.ts';
import { type RaggedSupport, raggedSupport } from './ragged-support.ts';
import { getClassName } from './registry.ts';
import {
  hasRows,
  type RowSplits,
  raggedOf,
  rowLengths,
  rowsOf,
  set_rows,
  withForm,
  withObjects,
  withoutObjects,
} from './rows.ts';
import { callLayer } from './traced-call.ts';
import type { CallArgs, Tensors } from './types.ts';

/** A layer over steps, as far as rows of steps are concerned. */
interface StepsLayer extends Layer {
  readonly return_sequences?: boolean;
  readonly go_backwards?: boolean;
}

/** Runs the `call` of a layer, of which the inputs may be ragged: tensors of values, with which rows travel. */
export function callWithRows(layer: Layer, inputs: Tensors, args: CallArgs): Tensors {
  const support = raggedSupport(layer);
  return withForm(support === 'objects', () => {
    const ragged = hasRows(inputs) || hasRows(args);
    const run = ragged ? CALLS[support] : callLayer;
    if (ragged) refuseTrace(layer);
    return withoutObjects(run(layer, inputs, args)) as Tensors;
  });
}

type Call = (layer: Layer, inputs: Tensors, args: CallArgs) => Tensors;

const CALLS: Readonly<Record<RaggedSupport, Call>> = {
  values: callOnValues,
  inner(layer, inputs, args) {
    if (flatten<tf.Tensor>(inputs).some(({ rank }) => rank < 2)) {
      throw refused(layer, 'has no axis of equal lengths behind the ragged ones');
    }
    return callOnItems(layer, inputs, args);
  },
  steps: callOnSteps,
  rows: callLayer,
  objects: (layer, inputs, args) => callLayer(layer, withObjects(inputs), withObjects(args)),
  refused(layer) {
    throw refused(layer, 'is ragged, which this class does not take');
  },
};

function callOnValues(layer: Layer, inputs: Tensors, args: CallArgs): Tensors {
  const rows = commonRows(layer, flatten<tf.Tensor>(inputs));
  const outputs = callLayer(layer, inputs, args);
  return mapStructure<tf.Tensor, tf.Tensor>(outputs, (output) => withRows(output, rows, inputs));
}

/** Calls a layer that counts axes on values as if each was a row of its own. */
function callOnItems(layer: Layer, inputs: Tensors, args: CallArgs): Tensors {
  const flat = flatten<tf.Tensor>(inputs);
  const rows = commonRows(layer, flat);
  const alone = (x: tf.Tensor): tf.Tensor => {
    const [count = 0, ...inner] = x.shape;
    return tf.reshape(x, [count, ...rows.map(() => 1), ...inner]);
  };
  const outputs = callLayer(layer, mapStructure<tf.Tensor, tf.Tensor>(inputs, alone), args);
  return mapStructure<tf.Tensor, tf.Tensor>(outputs, (output) => {
    const [count = 0] = output.shape;
    return set_rows(tf.reshape(output, [count, ...output.shape.slice(rows.length + 1)]), rows);
  });
}

/** An output with rows; one that is an input, or has such rows, as it is. */
function withRows(output: tf.Tensor, rows: RowSplits, inputs: Tensors): tf.Tensor {
  if (flatten<tf.Tensor>(inputs).includes(output) || rowsOf(output) !== null) return output;
  return set_rows(output, rows);
}

function commonRows(layer: Layer, inputs: readonly tf.Tensor[]): RowSplits {
  const [first, ...others] = inputs.map(rowsOf);
  if (first && others.every((rows) => rows !== null && sameNestedSplits(rows, first))) return first;
  throw refused(layer, 'is not ragged in the same rows as the others');
}

function callOnSteps(given: Layer, inputs: Tensors, args: CallArgs): Tensors {
  const layer = given as StepsLayer;
  const [x, ...others] = flatten<tf.Tensor>(inputs);
  const rows = x && rowsOf(x);
  if (!x || !rows || rows.length !== 1 || hasRows(others)) {
    throw refused(layer, 'is ragged at more than one axis, or a ragged one behind the first');
  }
  if (args.mask !== null) {
    throw refused(layer, 'is ragged and has a mask; a layer before it must not make masks');
  }
  const lengths = rowLengths(rows);
  const dense = raggedOf(x).to_tensor();
  const padded = mapStructure<tf.Tensor, tf.Tensor>(inputs, (each) => (each === x ? dense : each));
  const outputs = callLayer(layer, padded, { ...args, mask: stepsMask(lengths, dense) });
  if (layer.return_sequences === false) return outputs;
  return mapStructure<tf.Tensor, tf.Tensor>(outputs, (output) =>
    output.rank < 3 ? output : cutRows(output, lengths, layer.go_backwards === true),
  );
}

/** True for the steps of each row, false for the padding behind them. */
function stepsMask(lengths: Int32Array, { shape }: tf.Tensor): tf.Tensor {
  const steps = tf.range(0, shape[1] ?? 0, 1, 'int32');
  return tf.less(tf.expandDims(steps, 0), tf.tensor2d(lengths, [lengths.length, 1], 'int32'));
}

/** The steps of each row; when they come backwards, the padding comes first. */
function cutRows(output: tf.Tensor, lengths: Int32Array, backwards: boolean): tf.Tensor {
  const inOrder = backwards ? tf.reverse(output, 1) : output;
  const rows = RaggedTensor.from_tensor(inOrder, { lengths });
  const ragged = backwards ? (reverse(rows, 1) as RaggedTensor) : rows;
  return set_rows(ragged.flat_values, ragged.nested_row_splits);
}

function refuseTrace(layer: Layer): void {
  if (!isTracing()) return;
  throw new UnsupportedError(
    `Layer '${layer.name}' is called on a ragged tensor, and such calls cannot be written as graphs: save the model as .keras, .h5 or weights.`,
    { path: layer.name },
  );
}

function refused(layer: Layer, reason: string): UnsupportedError {
  return new UnsupportedError(
    `Layer '${layer.name}' of class ${getClassName(layer)} got an input that ${reason}. Pad it before: \`ragged.to_tensor()\`.`,
    { path: layer.name },
  );
}
