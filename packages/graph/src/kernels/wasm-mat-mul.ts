import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from './replace-kernel.ts';
import { forgetPackedCopies, type WasmBackend } from './wasm-backend.ts';
import { withActivation } from './wasm-fused.ts';

/**
 * Products of matrices below this number of multiplications are faster in the batched kernel than one by one: setting
 * up the fast kernel costs about 40 µs.
 */
const FEWEST_MULTIPLICATIONS = 50_000;

type Matrices = readonly [batch: readonly number[], rows: number, columns: number];
type NativeMatMul = (...values: unknown[]) => void;

const natives = new WeakMap<object, NativeMatMul>();
const packedShapes = new WeakMap<object, string>();

/**
 * Replaces the product kernels of the wasm backend, which are slow when they transpose or when both operands are
 * batches, accept no integers, and compute nonsense when a right operand comes back under another shape.
 */
export function registerWasmMatMul(): void {
  replaceKernel(tf.BatchMatMul, 'wasm', () => ({ inputs, attrs, backend }) => {
    const { a, b } = operandsOf(inputs);
    const { transposeA, transposeB } = attrs as unknown as tf.BatchMatMulAttrs;
    return tf.tidy(() => matMul(a, b, transposeA, transposeB, asWasm(backend)));
  });
  replaceKernel(tf._FusedMatMul, 'wasm', (replaced) => ({ inputs, attrs, backend }) => {
    const { a, b } = operandsOf(inputs);
    return tf.tidy(() => {
      const left = attrs?.transposeA === true ? transposeLast(a) : a;
      const right = attrs?.transposeB === true ? transposeLast(b) : b;
      guardPackedShape(asWasm(backend), right);
      const info = withActivation(asWasm(backend), attrs ?? {}, (own) =>
        replaced?.kernelFunc({
          inputs: { ...inputs, a: left, b: right },
          backend,
          attrs: { ...own, transposeA: false, transposeB: false },
        }),
      );
      if (info === undefined) throw new TypeError('a product is one tensor');
      return tf.engine().makeTensorFromTensorInfo(info);
    });
  });
}

function operandsOf(inputs: tf.NamedTensorInfoMap): {
  readonly a: tf.Tensor;
  readonly b: tf.Tensor;
} {
  const { a, b } = inputs as unknown as Record<string, tf.Tensor | undefined>;
  if (a === undefined || b === undefined) throw new TypeError('a and b are needed');
  return { a, b };
}

function asWasm(backend: object): WasmBackend {
  return backend as WasmBackend;
}

function matMul(
  a: tf.Tensor,
  b: tf.Tensor,
  transposeA: boolean,
  transposeB: boolean,
  backend: WasmBackend,
): tf.Tensor {
  if (a.dtype !== 'float32' || b.dtype !== 'float32') {
    const product = tf.matMul(tf.cast(a, 'float32'), tf.cast(b, 'float32'), transposeA, transposeB);
    return tf.cast(product, 'int32');
  }
  if (transposeA && transposeB) return transposeLast(tf.matMul(b, a));
  if (transposeA) return transposedLeft(a, b);
  if (transposeB) return transposedRight(a, b);
  return multiply(a, b, backend);
}

/** Transposes the operand, or the product of the swapped operands, whichever moves fewer elements. */
function transposedLeft(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const [, inner, rows] = matricesOf(a);
  const productSize = (a.size / inner) * matricesOf(b)[2];
  if (rows === 1 || a.size <= b.size + productSize) return tf.matMul(transposeLast(a), b);
  return transposeLast(tf.matMul(transposeLast(b), a));
}

function transposedRight(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const [, columns, inner] = matricesOf(b);
  const productSize = (a.size / inner) * columns;
  if (columns === 1 || b.size <= a.size + productSize) return tf.matMul(a, transposeLast(b));
  return transposeLast(tf.matMul(b, transposeLast(a)));
}

function transposeLast(x: tf.Tensor): tf.Tensor {
  const [batch, rows, columns] = matricesOf(x);
  const shape = [...batch, columns, rows];
  if (rows === 1 || columns === 1) return tf.reshape(x, shape);
  return tf.transpose(x, [...batch.map((_, i) => i), x.rank - 1, x.rank - 2]);
}

function matricesOf({ shape }: tf.Tensor): Matrices {
  const rank = shape.length;
  return [shape.slice(0, -2), shape[rank - 2] ?? 1, shape[rank - 1] ?? 1];
}

function multiply(a: tf.Tensor, b: tf.Tensor, backend: WasmBackend): tf.Tensor {
  const [batchA, rows, inner] = matricesOf(a);
  const [batchB, , columns] = matricesOf(b);
  const batch = tf.broadcast_util.assertAndGetBroadcastShape([...batchA], [...batchB]);
  const count = tf.util.sizeFromShape(batch);
  const shape = [...batch, rows, columns];
  const out = backend.makeOutput(shape, 'float32');
  if (inner === 0) backend.typedArrayFromHeap(out).fill(0);
  else if (tf.util.sizeFromShape([...batchB]) === 1) {
    guardPackedShape(backend, b);
    run(backend, idOf(backend, a), idOf(backend, b), idOf(backend, out), [
      tf.util.sizeFromShape(batchA.slice()) * rows,
      inner,
      columns,
    ]);
  } else if (rows * inner * columns < FEWEST_MULTIPLICATIONS && sameBatch(batchA, batchB)) {
    run(
      backend,
      idOf(backend, a),
      idOf(backend, b),
      idOf(backend, out),
      [rows, inner, columns],
      count,
    );
  } else multiplyOneByOne(backend, a, b, out, batch);
  return tf.engine().makeTensorFromTensorInfo(out);
}

function sameBatch(a: readonly number[], b: readonly number[]): boolean {
  return tf.util.arraysEqual([...a], [...b]);
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
function broadcastPositions(own: readonly number[], batch: readonly number[]): number[] {
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

/** The packed copy of a right operand is found by its memory alone, so that another shape must not find it. */
function guardPackedShape(backend: WasmBackend, b: tf.Tensor): void {
  const [, inner, columns] = matricesOf(b);
  const shape = `${inner}x${columns}`;
  const packed = packedShapes.get(b.dataId);
  if (packed !== undefined && packed !== shape) forgetPackedCopies(backend, b);
  packedShapes.set(b.dataId, shape);
}
