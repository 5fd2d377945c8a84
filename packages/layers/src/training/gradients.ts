import * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../engine/variable.ts';
import { type Gradient, IndexedSlices } from '../optimizers/gradient.ts';
import { freeUsed } from './free-used.ts';

/** A loss and its gradients, in the order of the variables; the tensors are the caller's to free. */
export interface LossAndGradients {
  readonly loss: tf.Tensor;
  /** Null for a variable on which the loss does not depend. */
  readonly gradients: readonly Gradient[];
}

/** How gradients are given. */
export interface GradientOptions {
  /** Whether variables that are only looked up in, such as embeddings, get the rows in question alone. */
  readonly sparse?: boolean;
}

/**
 * Computes a scalar loss and its gradients by variables; what `tf.GradientTape` does in Python.
 *
 * Tensors that `loss` makes are freed unless they are kept with `tf.keep`.
 */
export function gradients(
  loss: () => tf.Tensor,
  variables: readonly Variable[],
  options: GradientOptions = {},
): LossAndGradients {
  if (variables.length === 0) return { loss: tf.tidy(() => tf.sum(loss())), gradients: [] };
  const tensors = variables.map((variable) => variable.read());
  let rows: readonly (Int32Array | null)[] = [];
  const forward = (): tf.Tensor => {
    const value = tf.sum(loss());
    rows = options.sparse === true ? tensors.map(gatheredRows) : [];
    freeUsed(tensors);
    return value;
  };
  const { value, grads } = tf.engine().gradients(forward, tensors, undefined, true);
  return {
    loss: value,
    gradients: grads.map((gradient, i) => sparseGradient(gradient ?? null, rows[i] ?? null)),
  };
}

/** Finds the rows of a table that the recorded operations look up; null when they use it in another way. */
function gatheredRows(table: tf.Tensor): Int32Array | null {
  const rows = new Set<number>();
  const handles = new Set([table.id]);
  const backend = tf.getBackend();
  for (const { inputs, outputs, kernelName, saved } of tf.engine().state.activeTape ?? []) {
    if (!Object.values(inputs).some((input) => handles.has(input.id))) continue;
    if (tf.getKernel(kernelName, backend) === undefined) {
      // A clone is recorded under the name of its scope, which is that of no kernel.
      for (const { id } of outputs) handles.add(id);
      continue;
    }
    // The layer has freed the indices themselves; the tape keeps a handle for the backward pass.
    const indices = saved?.find((tensor) => tensor.dtype === 'int32');
    if (kernelName !== 'GatherV2' || indices === undefined) return null;
    for (const row of indices.dataSync()) rows.add(row);
  }
  return rows.size === 0 ? null : Int32Array.from(rows);
}

function sparseGradient(gradient: tf.Tensor | null, rows: Int32Array | null): Gradient {
  if (gradient === null || rows === null) return gradient;
  const indices = tf.tensor1d(rows, 'int32');
  const values = tf.gather(gradient, indices);
  const slices = new IndexedSlices(values, indices, gradient.shape);
  gradient.dispose();
  return slices;
}

/** Frees gradients. */
export function disposeGradients(all: readonly Gradient[]): void {
  for (const gradient of all) {
    if (gradient instanceof IndexedSlices) tf.dispose([gradient.values, gradient.indices]);
    else gradient?.dispose();
  }
}
