import { isTracing } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { callOneOp } from './op-call.ts';
import { concreteSizes } from './shape-values.ts';
import { type SymbolArgs, type SymbolFunction, toOperand } from './symbol-args.ts';
import { lacksValues } from './without-values.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

/** Returns the places of the elements that are not zero, in order; null where nothing has values. */
function placesIn(values: tf.Tensor): number[] | null {
  if (lacksValues('A choice by values')) return null;
  return Array.from(values.dataSync()).flatMap((value, i) => (value === 0 ? [] : [i]));
}

/** Writes the op that finds the elements that hold; how many there are only values tell. */
function writtenPositions(condition: tf.Tensor): tf.Tensor {
  const outputs = [{ shape: [null, condition.rank], dtype: 'int32' as const }];
  return callOneOp({ op: 'Where', inputs: [condition], outputs });
}

/** Returns the indices of the elements that hold, one row for each. */
function positions(condition: tf.Tensor): tf.Tensor {
  if (isTracing()) return writtenPositions(condition);
  const found = placesIn(condition);
  const [count = 0] = concreteSizes([found?.length ?? null]);
  if (found === null) return tf.zeros([count, condition.rank], 'int32');
  const strides = condition.shape.map((_, axis) =>
    tf.util.sizeFromShape(condition.shape.slice(axis + 1)),
  );
  const rows = found.flatMap((place) =>
    condition.shape.map((size, axis) => Math.floor(place / (strides[axis] ?? 1)) % size),
  );
  return tf.tensor2d(rows, [count, condition.rank], 'int32');
}

function where(input: unknown, args: SymbolArgs): tf.Tensor {
  if (args.raw('x') === null) return positions(toOperand(input));
  const other = args.raw('y');
  const x = args.tensor('x', other instanceof tf.Tensor ? other : undefined);
  const y = args.tensor('y', x);
  const condition = tf.cast(toOperand(input), 'bool');
  const shape = [condition.shape, x.shape, y.shape].reduce((a, b) =>
    tf.broadcast_util.assertAndGetBroadcastShape(a, b),
  );
  return tf.where(
    tf.broadcastTo(condition, shape),
    tf.broadcastTo(x, shape),
    tf.broadcastTo(y, shape),
  );
}

/** Keeps the parts for which a mask holds. */
export const booleanMask: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const mask = tf.cast(args.tensor('mask'), 'bool');
  const axis = args.number('axis', 0);
  const outer = x.shape.slice(0, axis);
  const inner = x.shape.slice(axis + mask.rank);
  const flat = tf.reshape(x, [...outer, mask.size, ...inner]);
  if (isTracing()) {
    const kept = writtenPositions(tf.reshape(mask, [mask.size]));
    return tf.gather(flat, tf.reshape(kept, [-1]), axis);
  }
  const found = placesIn(mask);
  const [count = 0] = concreteSizes([found?.length ?? null]);
  if (found === null) return tf.zeros([...outer, count, ...inner], x.dtype as 'float32');
  return tf.gather(flat, tf.tensor1d(found, 'int32'), axis);
};

/** Returns the functions that choose elements by conditions, by their names without `tf.`. */
export function selectionSymbols(): readonly Entry[] {
  return [
    ['where', where],
    ['boolean_mask', booleanMask],
  ];
}
