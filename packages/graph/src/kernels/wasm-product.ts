import * as tf from '@tensorflow/tfjs-core';
import { type SimdFunctions, simdFunctions } from './simd/functions.ts';
import { endsOf } from './wasm-activation.ts';
import { forgetPackedCopies, type WasmBackend } from './wasm-backend.ts';

/**
 * Up to so many rows the product that reads the right operand as it lies in memory is the faster one: the product of
 * tfjs first packs that operand, which takes as long as multiplying about a hundred rows.
 */
const MOST_ROWS = 128;

/**
 * Products of tfjs below this number of multiplications are faster in its batched kernel than one by one: setting up
 * the fast kernel costs about 40 µs.
 */
const FEWEST_MULTIPLICATIONS = 50_000;

/** Axes in front of the last two, and the last two. */
type Matrices = readonly [batch: readonly number[], rows: number, columns: number];
type NativeMatMul = (...values: unknown[]) => void;

const natives = new WeakMap<object, NativeMatMul>();
const packedShapes = new WeakMap<object, string>();

/** Tells the batch axes from the matrices. */
export function matricesOf({ shape }: tf.Tensor): Matrices {
  const rank = shape.length;
  return [shape.slice(0, -2), shape[rank - 2] ?? 1, shape[rank - 1] ?? 1];
}

/** Multiplies matrices of float32; leading axes broadcast. */
export function multiply(a: tf.Tensor, b: tf.Tensor, backend: WasmBackend): tf.Tensor {
  const [batchA, rows, inner] = matricesOf(a);
  const [batchB, , columns] = matricesOf(b);
  const batch = tf.broadcast_util.assertAndGetBroadcastShape([...batchA], [...batchB]);
  const out = backend.makeOutput([...batch, rows, columns], 'float32');
  const single = tf.util.sizeFromShape([...batchB]) === 1;
  const height = single ? tf.util.sizeFromShape([...batchA]) * rows : rows;
  const simd = height <= MOST_ROWS ? simdFunctions(backend) : null;
  if (inner === 0) backend.typedArrayFromHeap(out).fill(0);
  else if (simd !== null) multiplyInPlace(backend, simd, [a, b, out], [height, inner, columns]);
  else if (single) {
    guardPackedShape(backend, b);
    run(backend, idOf(backend, a), idOf(backend, b), idOf(backend, out), [height, inner, columns]);
  } else multiplyBatches(backend, a, b, out, batch);
  return tf.engine().makeTensorFromTensorInfo(out);
}

/** Multiplies with the vector kernel, pair by pair, on the memory of the operands. */
function multiplyInPlace(
  backend: WasmBackend,
  simd: SimdFunctions,
  [a, b, out]: readonly [tf.TensorInfo, tf.TensorInfo, tf.TensorInfo],
  [rows, inner, columns]: readonly [number, number, number],
): void {
  const [atA, atB, atOut] = [a, b, out].map((info) => addressOf(backend, info));
  backend.typedArrayFromHeap(out).fill(0);
  const count = tf.util.sizeFromShape(out.shape) / (rows * columns);
  const batch = count === 1 ? [] : out.shape.slice(0, -2);
  const fromA = broadcastPositions(count === 1 ? [] : a.shape.slice(0, -2), batch);
  const fromB = broadcastPositions(count === 1 ? [] : b.shape.slice(0, -2), batch);
  fromA.forEach((positionA, position) => {
    simd.product(
      (atA ?? 0) + 4 * positionA * rows * inner,
      (atB ?? 0) + 4 * (fromB[position] ?? 0) * inner * columns,
      (atOut ?? 0) + 4 * position * rows * columns,
      rows,
      inner,
      columns,
    );
  });
}

/** Multiplies batches of matrices with the kernels of tfjs. */
function multiplyBatches(
  backend: WasmBackend,
  a: tf.Tensor,
  b: tf.Tensor,
  out: tf.TensorInfo,
  batch: readonly number[],
): void {
  const [batchA, rows, inner] = matricesOf(a);
  const [batchB, , columns] = matricesOf(b);
  const few = rows * inner * columns < FEWEST_MULTIPLICATIONS;
  if (few && tf.util.arraysEqual([...batchA], [...batchB])) {
    const count = tf.util.sizeFromShape([...batch]);
    const ids = [a, b, out].map((info) => idOf(backend, info));
    run(backend, ids[0] ?? 0, ids[1] ?? 0, ids[2] ?? 0, [rows, inner, columns], count);
  } else multiplyOneByOne(backend, a, b, out, batch);
}

/**
 * Multiplies a few rows by a matrix, then adds the bias and cuts the result in place; null where the vector kernels
 * cannot.
 */
export function multiplyFused(
  a: tf.Tensor,
  b: tf.Tensor,
  { bias, activation }: { readonly bias: tf.TensorInfo | undefined; readonly activation: unknown },
  backend: WasmBackend,
): tf.Tensor | null {
  const simd = simdFunctions(backend);
  const [batchB] = matricesOf(b);
  const rows = a.size / (a.shape.at(-1) ?? 1);
  if (simd === null || endsOf(activation) === null || !(rows <= MOST_ROWS)) return null;
  if (tf.util.sizeFromShape([...batchB]) !== 1) return null;
  const y = multiply(a, b, backend);
  finish(backend, simd, y, bias, activation);
  return y;
}

/** Adds a bias to the last axis and cuts at the ends of an activation, in place. */
export function finish(
  backend: WasmBackend,
  simd: SimdFunctions,
  y: tf.TensorInfo,
  bias: tf.TensorInfo | undefined,
  activation: unknown,
): void {
  const [low, high] = endsOf(activation) ?? [0, 0];
  const size = tf.util.sizeFromShape(y.shape);
  const columns = y.shape.at(-1) ?? 1;
  const at = addressOf(backend, y);
  if (bias !== undefined) {
    simd.shiftClip(at, addressOf(backend, bias), at, size / columns, columns, low, high);
  } else if (high - low < Number.POSITIVE_INFINITY || low === 0) simd.clip(at, at, size, low, high);
}

/** Multiplies each pair of matrices with the fast kernel, on views of the batches' memory. */
function multiplyOneByOne(
  backend: WasmBackend,
  a: tf.Tensor,
  b: tf.Tensor,
  out: tf.TensorInfo,
  batch: readonly number[],
): void {
  const [batchA, rows, inner] = matricesOf(a);
  const [batchB, , columns] = matricesOf(b);
  const fromA = broadcastPositions(batchA, batch);
  const fromB = broadcastPositions(batchB, batch);
  fromA.forEach((positionA, position) => {
    const left = viewOf(backend, a, positionA, rows * inner);
    const right = viewOf(backend, b, fromB[position] ?? 0, inner * columns);
    const product = viewOf(backend, out, position, rows * columns);
    run(backend, left, right, product, [rows, inner, columns]);
    for (const id of [left, right, product]) backend.wasm.tfjs.disposeData(id);
  });
}

/** Lists for each matrix of a batch the matrix of an operand with the smaller batch `own` that it comes from. */
export function broadcastPositions(own: readonly number[], batch: readonly number[]): number[] {
  const missing = batch.length - own.length;
  return batch.reduce<number[]>(
    (positions, length, axis) => {
      const ownLength = axis < missing ? 1 : (own[axis - missing] ?? 1);
      return positions.flatMap((position) =>
        Array.from({ length }, (_, i) => position * ownLength + (ownLength === 1 ? 0 : i)),
      );
    },
    [0],
  );
}

function addressOf(backend: WasmBackend, { dataId }: tf.TensorInfo): number {
  return backend.dataIdMap.get(dataId).memoryOffset;
}

function idOf(backend: WasmBackend, { dataId }: tf.TensorInfo): number {
  return backend.dataIdMap.get(dataId).id;
}

/** Registers a part of a tensor's memory as a tensor of its own on the C++ side. */
function viewOf(backend: WasmBackend, whole: tf.TensorInfo, part: number, size: number): number {
  const { memoryOffset } = backend.dataIdMap.get(whole.dataId);
  const id = backend.dataIdNextNumber++;
  const offset = memoryOffset + part * size * Float32Array.BYTES_PER_ELEMENT;
  backend.wasm.tfjs.registerTensor(id, size, offset);
  return id;
}

function run(
  backend: WasmBackend,
  a: number,
  b: number,
  out: number,
  [rows, inner, columns]: readonly [number, number, number],
  batch: number = 1,
): void {
  const shapeA = new Uint8Array(Int32Array.of(batch, rows, inner).buffer);
  const shapeB = new Uint8Array(Int32Array.of(batch, inner, columns).buffer);
  nativeOf(backend)(a, shapeA, 3, b, shapeB, 3, false, false, out);
}

function nativeOf(backend: WasmBackend): NativeMatMul {
  const known = natives.get(backend);
  if (known !== undefined) return known;
  const types = [
    'number',
    'array',
    'number',
    'number',
    'array',
    'number',
    'number',
    'number',
    'number',
  ];
  const native = backend.wasm.cwrap(tf.BatchMatMul, null, types);
  natives.set(backend, native);
  return native;
}

/**
 * Makes the backend forget a packed copy of another shape: it finds the copy of a right operand by its memory alone.
 */
export function guardPackedShape(backend: WasmBackend, b: tf.Tensor): void {
  const [, inner, columns] = matricesOf(b);
  const shape = `${inner}x${columns}`;
  const packed = packedShapes.get(b.dataId);
  if (packed !== undefined && packed !== shape) forgetPackedCopies(backend, b);
  packedShapes.set(b.dataId, shape);
}
