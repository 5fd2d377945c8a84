import * as tf from '@tensorflow/tfjs-core';
import { META, type MetaSpec, registerMetaBackend, registerMetaKernel } from '../meta/index.ts';
import { replaceKernel } from './replace-kernel.ts';
import { simdFunctions } from './simd/functions.ts';
import { callNative, type NativeCall, type Place } from './simd/native-call.ts';
import type { WasmBackend } from './wasm-backend.ts';

/** Numbers of a tensor as they lie in the memory of a backend. */
export type Numbers = Float32Array | Int32Array | Uint8Array;

/** Shape and dtype of a tensor that a kernel is going to produce. */
export interface OutputSpec {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
}

/** One input of a kernel: its shape, its dtype and a view of its elements. */
export interface KernelInput {
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
  readonly values: Numbers;
}

/** Shapes and dtypes of the inputs of a kernel. */
export type KernelInputInfos = Readonly<Record<string, MetaSpec | undefined>>;

type TensorInfos = Readonly<Record<string, tf.TensorInfo>>;

/** A kernel written as one loop over typed arrays, which runs on every backend that this package supports. */
export interface TypedArrayKernel<A> {
  readonly kernelName: string;
  /** True: returns a list of tensors even if it holds only one. */
  readonly returnsList?: boolean;
  /** Tells which calls of numeric tensors it serves; the others go to the kernel it replaces. Default: all. */
  readonly serves?: (inputs: KernelInputInfos, attrs: A) => boolean;
  /** Tells which calls give the only input as it is, so that the wasm backend, too, need not copy it. */
  readonly shares?: (inputs: KernelInputInfos, attrs: A) => boolean;
  /** Gives shape and dtype of the outputs without reading an element. */
  readonly infer: (inputs: KernelInputInfos, attrs: A) => readonly OutputSpec[];
  /** Does what `compute` does for float32 tensors, faster, in the memory of the wasm backend. */
  readonly native?: (call: NativeCall, attrs: A) => void;
  /** Tells which calls `native` serves; default: all of float32 tensors. */
  readonly nativeServes?: (inputs: KernelInputInfos, attrs: A) => boolean;
  /** Writes every element of the outputs, whose content is undefined before. */
  readonly compute: (
    inputs: Readonly<Record<string, KernelInput>>,
    outputs: readonly Numbers[],
    attrs: A,
  ) => void;
}

interface CpuBackend {
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Numbers): tf.TensorInfo;
  readonly data: { get(dataId: object): { readonly values: Numbers } };
}

/** Returns the dtype of an output that holds elements of an input. */
export function numericType(dtype: tf.DataType | undefined): OutputSpec['dtype'] {
  return dtype === 'int32' || dtype === 'bool' ? dtype : 'float32';
}

/**
 * Registers a kernel for the backends `cpu` and `wasm`, in place of one that is already there; that one goes on to
 * serve strings and complex numbers. The shape-only backend gets its twin.
 */
export function registerTypedArrayKernel<A>(kernel: TypedArrayKernel<A>): void {
  register(kernel, 'cpu', (infos, attrs, backend) => runOnCpu(kernel, infos, attrs, backend));
  registerMetaBackend();
  if (tf.getKernel(kernel.kernelName, META) == null) {
    registerMetaKernel({
      kernelName: kernel.kernelName,
      infer: (inputs, attrs) => unwrapped(kernel, [...kernel.infer(inputs, attrs as A)]),
    });
  }
  register(kernel, 'wasm', (infos, attrs, backend) => runOnWasm(kernel, infos, attrs, backend));
}

/** The only input once more, on the same memory. */
function shared(infos: TensorInfos, backend: WasmBackend): tf.TensorInfo[] {
  return Object.values(infos).map(({ dataId, shape, dtype }) => {
    backend.incRef(dataId);
    return { dataId, shape, dtype };
  });
}

type Run<A> = (infos: TensorInfos, attrs: A, backend: object) => tf.TensorInfo[];

function register<A>(kernel: TypedArrayKernel<A>, backendName: string, run: Run<A>): void {
  replaceKernel(kernel.kernelName, backendName, (replaced) => (call) => {
    const infos = call.inputs as Record<string, tf.TensorInfo>;
    const given = call.attrs as unknown as A;
    if (backendName === 'wasm' && kernel.shares?.(infos, given) === true) {
      return unwrapped(kernel, shared(infos, call.backend as WasmBackend));
    }
    const served = Object.values(infos).every(isNumeric) && kernel.serves?.(infos, given) !== false;
    if (!served && replaced !== null) return replaced.kernelFunc(call);
    return unwrapped(kernel, run(infos, given, call.backend));
  });
}

function isNumeric({ dtype }: tf.TensorInfo): boolean {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}

function unwrapped<T>({ returnsList }: { readonly returnsList?: boolean }, list: T[]): T | T[] {
  const [only] = list;
  return returnsList === true || list.length !== 1 || only === undefined ? list : only;
}

function runOnCpu<A>(
  kernel: TypedArrayKernel<A>,
  infos: TensorInfos,
  attrs: A,
  backend: object,
): tf.TensorInfo[] {
  const cpu = backend as CpuBackend;
  const specs = kernel.infer(infos, attrs);
  const outputs = specs.map(({ shape, dtype }) =>
    allocate(tf.util.sizeFromShape([...shape]), dtype),
  );
  kernel.compute(
    inputsOf(infos, ({ dataId }) => cpu.data.get(dataId).values),
    outputs,
    attrs,
  );
  return specs.map(({ shape, dtype }, i) =>
    cpu.makeTensorInfo([...shape], dtype, outputs[i] ?? allocate(0, dtype)),
  );
}

function runOnWasm<A>(
  kernel: TypedArrayKernel<A>,
  infos: TensorInfos,
  attrs: A,
  backend: object,
): tf.TensorInfo[] {
  const wasm = backend as WasmBackend;
  // Data that still lies on another backend moves here on its first lookup, which may grow the heap.
  for (const { dataId } of Object.values(infos)) wasm.dataIdMap.get(dataId);
  const specs = kernel.infer(infos, attrs);
  const outputs = specs.map(({ shape, dtype }) => wasm.makeOutput([...shape], dtype));
  if (runNative(kernel, infos, outputs, attrs, wasm)) return outputs;
  // Views are taken last because growing the heap detaches them.
  kernel.compute(
    inputsOf(infos, (info) => wasm.typedArrayFromHeap(info)),
    outputs.map((info) => wasm.typedArrayFromHeap(info)),
    attrs,
  );
  return outputs;
}

/** Runs the vector kernel if there is one that serves; false if not. */
function runNative<A>(
  { native, nativeServes }: TypedArrayKernel<A>,
  infos: TensorInfos,
  outputs: readonly tf.TensorInfo[],
  attrs: A,
  backend: WasmBackend,
): boolean {
  const simd = native === undefined ? null : simdFunctions(backend);
  if (native === undefined || simd === null) return false;
  const all = [...Object.values(infos), ...outputs];
  if (all.some(({ dtype }) => dtype !== 'float32')) return false;
  if (nativeServes?.(infos, attrs) === false) return false;
  const placeOf = ({ dataId, shape }: tf.TensorInfo): Place => ({
    address: backend.dataIdMap.get(dataId).memoryOffset,
    shape,
    size: tf.util.sizeFromShape(shape),
  });
  const inputs = Object.fromEntries(
    Object.entries(infos).map(([name, info]) => [name, placeOf(info)]),
  );
  callNative(backend, { simd, inputs, outputs: outputs.map(placeOf) }, (call) => {
    native(call, attrs);
  });
  return true;
}

function inputsOf(
  infos: TensorInfos,
  values: (info: tf.TensorInfo) => Numbers,
): Record<string, KernelInput> {
  return Object.fromEntries(
    Object.entries(infos).map(([name, info]) => [
      name,
      { shape: info.shape, dtype: info.dtype, values: values(info) },
    ]),
  );
}

function allocate(size: number, dtype: OutputSpec['dtype']): Numbers {
  switch (dtype) {
    case 'float32':
      return new Float32Array(size);
    case 'int32':
      return new Int32Array(size);
    case 'bool':
      return new Uint8Array(size);
  }
}
