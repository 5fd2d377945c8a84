import type * as tf from '@tensorflow/tfjs-core';
import { allocate, type WasmBackend } from './wasm-backend.ts';
import { aligned, alignedBytes } from './wasm-scratch.ts';

/** Addresses of what was derived from a tensor, by the number of the tensor and by what it is. */
type Derived = Map<number, Map<string, number>>;

const derivedOf = new WeakMap<WasmBackend, Derived>();
const used = new WeakMap<object, Set<string>>();

/**
 * Runs `use` on memory that holds something derived from the content of a tensor, such as packed weights.
 *
 * A tensor that is used in the same form for the second time keeps the memory until it is disposed or `forgetPackedCopies` is called.
 *
 * @param key Tells apart what is derived from the same tensor.
 * @param derive Fills the memory.
 */
export function withDerived<T>(
  backend: WasmBackend,
  { dataId }: tf.TensorInfo,
  { key, bytes }: { readonly key: string; readonly bytes: number },
  derive: (address: number) => void,
  use: (address: number) => T,
): T {
  const { id } = backend.dataIdMap.get(dataId);
  const derived = watched(backend);
  const known = derived.get(id)?.get(key);
  if (known !== undefined) return use(aligned(known));
  const address = allocate(backend, alignedBytes(bytes));
  const keeps = wasUsed({ dataId }, key);
  noteUse({ dataId }, key);
  try {
    derive(aligned(address));
    if (keeps) derived.set(id, (derived.get(id) ?? new Map<string, number>()).set(key, address));
    return use(aligned(address));
  } finally {
    if (!keeps) backend.wasm._free(address);
  }
}

type Data = Pick<tf.TensorInfo, 'dataId'>;

/** True when a tensor was used before in the form that `key` names, so that this form is worth keeping. */
export function wasUsed({ dataId }: Data, key: string): boolean {
  return used.get(dataId)?.has(key) === true;
}

/** Notes a use that `withDerived` would have served. */
export function noteUse({ dataId }: Data, key: string): void {
  used.set(dataId, (used.get(dataId) ?? new Set<string>()).add(key));
}

/** What is derived on a backend; frees it together with its tensors. */
function watched(backend: WasmBackend): Derived {
  const known = derivedOf.get(backend);
  if (known !== undefined) return known;
  const derived: Derived = new Map();
  derivedOf.set(backend, derived);
  const { wasm } = backend;
  const { disposeData } = wasm.tfjs;
  wasm.tfjs.disposeData = (id) => {
    for (const address of derived.get(id)?.values() ?? []) wasm._free(address);
    derived.delete(id);
    disposeData(id);
  };
  return derived;
}
