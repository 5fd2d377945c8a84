import * as tf from '@tensorflow/tfjs-core';
import { contract, equationOf } from '../composed/einsum.ts';
import { gradientOfList } from './define.ts';

/**
 * Computes the gradient by one operand: the output's gradient times the other operands, summed over the axes that this
 * operand lacks; axes that only this operand has are filled with copies, and a repeated label keeps its diagonal.
 */
function einsumGradient(
  dy: tf.Tensor,
  operands: readonly tf.Tensor[],
  equation: string,
  index: number,
): tf.Tensor {
  const { inputs, output } = equationOf(equation, operands);
  const isOther = (_: unknown, i: number): boolean => i !== index;
  const factors = [dy, ...operands.filter(isOther)];
  const labels = [output, ...inputs.filter(isOther)];
  const own = inputs[index] ?? [];
  const shape = operands[index]?.shape ?? [];
  const distinct = [...new Set(own)];
  const lengths = new Map(own.map((label, axis) => [label, shape[axis] ?? 1]));
  const target = distinct.filter((label) => {
    const longest = longestAxis(label, factors, labels);
    return longest > 0 && (longest === 1 || lengths.get(label) !== 1);
  });
  const product = contract({ inputs: labels, output: target }, factors);
  const spaced = tf.reshape(
    product,
    distinct.map((label) => (target.includes(label) ? (lengths.get(label) ?? 1) : 1)),
  );
  const filled = tf.mul(spaced, tf.ones(distinct.map((label) => lengths.get(label) ?? 1)));
  return ontoDiagonals(filled, distinct, own, shape);
}

/** Returns the length of the longest axis with this label, 0 if there is none. */
function longestAxis(
  label: string,
  tensors: readonly tf.Tensor[],
  labels: readonly (readonly string[])[],
): number {
  return Math.max(
    0,
    ...tensors.map((tensor, i) => tensor.shape[labels[i]?.indexOf(label) ?? -1] ?? 0),
  );
}

/** Spreads axes over all axes that carry the same label, nonzero only where their indices agree. */
function ontoDiagonals(
  gradient: tf.Tensor,
  distinct: readonly string[],
  own: readonly string[],
  shape: readonly number[],
): tf.Tensor {
  if (distinct.length === own.length) return gradient;
  const firstAxes = distinct.map((label) => own.indexOf(label));
  const spaced = tf.reshape(
    gradient,
    shape.map((length, axis) => (firstAxes.includes(axis) ? length : 1)),
  );
  return own.reduce<tf.Tensor>((spread, label, axis) => {
    const first = own.indexOf(label);
    if (first === axis) return spread;
    const length = shape[axis] ?? 1;
    const diagonal = shape.map((_, i) => (i === first || i === axis ? length : 1));
    return tf.mul(spread, tf.reshape(tf.eye(length), diagonal));
  }, spaced);
}

/** Gradients of Einstein summation. */
export const einsumGradients: readonly tf.GradConfig[] = [
  gradientOfList(tf.Einsum, (dy, operands, { equation }: tf.EinsumAttrs, index) =>
    einsumGradient(dy, operands, equation, index),
  ),
];
