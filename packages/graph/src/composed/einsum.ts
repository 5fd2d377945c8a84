import * as tf from '@tensorflow/tfjs-core';
import { type EinsumEquation, parseEinsum } from './einsum-equation.ts';
import { matMul } from './mat-mul.ts';

interface Operand {
  readonly tensor: tf.Tensor;
  readonly labels: readonly string[];
}

/**
 * Sums products of the operands over the axes that the equation leaves out, by transposing, reshaping and multiplying
 * matrices. Equals TensorFlow's `Einsum`, ellipsis and repeated labels included.
 */
export function einsum(equation: string, ...operands: readonly tf.Tensor[]): tf.Tensor {
  return tf.engine().runKernel(tf.Einsum, [...operands] as unknown as tf.NamedTensorMap, {
    equation,
  });
}

/** Parses an equation for operands of the ranks of `tensors`. */
export function equationOf(equation: string, tensors: readonly tf.Tensor[]): EinsumEquation {
  return parseEinsum(
    equation,
    tensors.map(({ rank }) => rank),
  );
}

/** Computes an Einstein summation with the operations that both backends have. */
export function contract(equation: EinsumEquation, tensors: readonly tf.Tensor[]): tf.Tensor {
  const operands = tensors.map((tensor, i) =>
    withoutRepeats({ tensor, labels: equation.inputs[i] ?? [] }),
  );
  const [first, ...others] = operands;
  if (first === undefined) throw new RangeError('einsum needs at least one operand');
  const product = others.reduce((left, right, i) => {
    const later = others.slice(i + 1).flatMap(({ labels }) => labels);
    return multiply(left, right, new Set([...equation.output, ...later]));
  }, first);
  const summed = sumOver(product, (label) => !equation.output.includes(label));
  return arrange(summed, equation.output);
}

/** Takes the diagonal over axes that have the same label. */
function withoutRepeats({ tensor, labels }: Operand): Operand {
  const first = labels.findIndex((label, i) => labels.indexOf(label, i + 1) >= 0);
  if (first < 0) return { tensor, labels };
  const second = labels.indexOf(labels[first] ?? '', first + 1);
  const length = tensor.shape[first] ?? 1;
  const shape = tensor.shape.map((_, axis) => (axis === first || axis === second ? length : 1));
  const diagonal = tf.mul(tensor, tf.reshape(tf.eye(length), shape));
  return withoutRepeats({
    tensor: tf.sum(diagonal, second),
    labels: labels.filter((_, axis) => axis !== second),
  });
}

function sumOver({ tensor, labels }: Operand, isSummed: (label: string) => boolean): Operand {
  const axes = labels.flatMap((label, axis) => (isSummed(label) ? [axis] : []));
  if (axes.length === 0) return { tensor, labels };
  return { tensor: tf.sum(tensor, axes), labels: labels.filter((label) => !isSummed(label)) };
}

/** Drops axes of length one that the other operand has longer: multiplying broadcasts them. */
function withoutBroadcast({ tensor, labels }: Operand, other: Operand): Operand {
  const isBroadcast = (label: string, axis: number): boolean => {
    const position = other.labels.indexOf(label);
    return position >= 0 && tensor.shape[axis] === 1 && other.tensor.shape[position] !== 1;
  };
  if (!labels.some(isBroadcast)) return { tensor, labels };
  const kept = labels.map((label, axis) => !isBroadcast(label, axis));
  return {
    tensor: tf.reshape(
      tensor,
      tensor.shape.filter((_, axis) => kept[axis]),
    ),
    labels: labels.filter((_, axis) => kept[axis]),
  };
}

/** Multiplies two operands and sums over the labels that are not `needed` any more. */
function multiply(left: Operand, right: Operand, needed: ReadonlySet<string>): Operand {
  const isLone = (other: Operand) => (label: string) =>
    !needed.has(label) && !other.labels.includes(label);
  const a = withoutBroadcast(sumOver(left, isLone(right)), right);
  const b = withoutBroadcast(sumOver(right, isLone(left)), left);
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => needed.has(label));
  const summed = shared.filter((label) => !needed.has(label));
  const rows = a.labels.filter((label) => !b.labels.includes(label));
  const columns = b.labels.filter((label) => !a.labels.includes(label));
  const matrixA = asMatrices(a, batch, rows, summed);
  const matrixB = asMatrices(b, batch, summed, columns);
  const product = matMul(matrixA.tensor, matrixB.tensor, matrixA.transposed, matrixB.transposed);
  const lengths = lengthsOf([a, b]);
  const labels = [...batch, ...rows, ...columns];
  return {
    tensor: tf.reshape(
      product,
      labels.map((label) => lengths.get(label) ?? 1),
    ),
    labels,
  };
}

/** Brings an operand to [batch, rows, columns], or to [batch, columns, rows] if it lies in that order already. */
function asMatrices(
  operand: Operand,
  batch: readonly string[],
  rows: readonly string[],
  columns: readonly string[],
): { readonly tensor: tf.Tensor; readonly transposed: boolean } {
  const lengths = lengthsOf([operand]);
  const size = (labels: readonly string[]): number =>
    labels.reduce((n, label) => n * (lengths.get(label) ?? 1), 1);
  const shape = (...groups: readonly (readonly string[])[]): number[] =>
    batch.length === 0 ? groups.map(size) : [size(batch), ...groups.map(size)];
  const swapped = [...batch, ...columns, ...rows];
  if (sameOrder(swapped, operand.labels) && rows.length > 0 && columns.length > 0) {
    return { tensor: tf.reshape(operand.tensor, shape(columns, rows)), transposed: true };
  }
  const arranged = arrange(operand, [...batch, ...rows, ...columns]);
  return { tensor: tf.reshape(arranged, shape(rows, columns)), transposed: false };
}

function lengthsOf(operands: readonly Operand[]): Map<string, number> {
  return new Map(
    operands.flatMap(({ tensor, labels }) =>
      labels.map((label, axis): [string, number] => [label, tensor.shape[axis] ?? 1]),
    ),
  );
}

/** Transposes an operand to an order of its labels. */
function arrange({ tensor, labels }: Operand, order: readonly string[]): tf.Tensor {
  if (sameOrder(order, labels)) return tensor;
  return tf.transpose(
    tensor,
    order.map((label) => labels.indexOf(label)),
  );
}

function sameOrder(a: readonly string[], b: readonly string[]): boolean {
  return a.every((label, axis) => b[axis] === label);
}
