import * as tf from '@tensorflow/tfjs-core';

/** The parts of tfjs's wasm backend that kernels of our own use. */
export interface WasmBackend {
  /** Number of the next tensor on the C++ side. */
  dataIdNextNumber: number;
  readonly dataIdMap: {
    get(dataId: object): { readonly id: number; readonly memoryOffset: number };
  };
  readonly wasm: {
    cwrap(
      name: string,
      result: null,
      parameters: readonly string[],
    ): (...values: unknown[]) => void;
    /** The memory, which moves when it grows. */
    readonly HEAPU8: Uint8Array;
    readonly asm?: { readonly memory?: WebAssembly.Memory };
    _malloc(bytes: number): number;
    _free(address: number): void;
    readonly tfjs: {
      registerTensor(id: number, size: number, memoryOffset: number): void;
      disposeData: (id: number) => void;
    };
  };
  /** Counts one more tensor that shares the memory of `dataId`. */
  incRef(dataId: object): void;
  disposeData(dataId: object): void;
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  typedArrayFromHeap(info: tf.TensorInfo): Float32Array | Int32Array | Uint8Array;
}

/**
 * Reserves memory of the backend, to be freed with `_free`.
 *
 * @throws RangeError when there is no such memory.
 */
export function allocate({ wasm }: WasmBackend, bytes: number): number {
  // Addresses of the upper half of the memory come as negative numbers.
  const address = wasm._malloc(bytes) >>> 0;
  if (address === 0) throw new RangeError(`no memory for ${String(bytes)} bytes is left`);
  return address;
}

/**
 * Makes the backend forget what it derived from a tensor's content, such as packed weights.
 *
 * The products and convolutions of the wasm backend keep a packed copy of their right operand until the operand is
 * disposed. They would go on using it after the memory of the tensor was written in place, or for another shape.
 */
export function forgetPackedCopies(backend: WasmBackend, { dataId, shape }: tf.TensorInfo): void {
  const { id, memoryOffset } = backend.dataIdMap.get(dataId);
  backend.wasm.tfjs.disposeData(id);
  backend.wasm.tfjs.registerTensor(id, tf.util.sizeFromShape(shape), memoryOffset);
}
