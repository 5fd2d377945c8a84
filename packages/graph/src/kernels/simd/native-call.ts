import type { WasmBackend } from '../wasm-backend.ts';
import type { SimdFunctions } from './functions.ts';

/** Where a tensor lies in the memory of the wasm backend. */
export interface Place {
  readonly address: number;
  readonly shape: readonly number[];
  readonly size: number;
}

/** What a kernel needs to work in the memory of the wasm backend. */
export interface NativeCall {
  readonly simd: SimdFunctions;
  readonly inputs: Readonly<Record<string, Place | undefined>>;
  readonly outputs: readonly Place[];
  /** Reserves zeros, so many float64 numbers, until the kernel ends; gives their address. */
  readonly reserve: (count: number) => number;
  /** A view that is valid until the next reservation. */
  readonly floats: (address: number, count: number) => Float32Array;
  /** The elements of a tensor. */
  readonly copyOf: (place: Place | undefined) => Float32Array | undefined;
  /** A view that is valid until the next reservation. */
  readonly doubles: (address: number, count: number) => Float64Array;
}

/** Runs a kernel on places in memory, then frees what it has reserved. */
export function callNative(
  backend: WasmBackend,
  places: Pick<NativeCall, 'simd' | 'inputs' | 'outputs'>,
  kernel: (call: NativeCall) => void,
): void {
  const reserved: number[] = [];
  const { wasm } = backend;
  const floats = (address: number, count: number): Float32Array =>
    new Float32Array(wasm.HEAPU8.buffer, address, count);
  const doubles = (address: number, count: number): Float64Array =>
    new Float64Array(wasm.HEAPU8.buffer, address, count);
  try {
    kernel({
      ...places,
      reserve: (count) => {
        const address = wasm._malloc(count * Float64Array.BYTES_PER_ELEMENT);
        reserved.push(address);
        doubles(address, count).fill(0);
        return address;
      },
      floats,
      copyOf: (place) => place && floats(place.address, place.size).slice(),
      doubles,
    });
  } finally {
    for (const address of reserved) wasm._free(address);
  }
}
