import { MalformedError, type ReadOptions, type Tensor } from '@km/core';
import type { Model } from '@km/keras';
import { bindArrays, checkSamples } from './bind-arrays.ts';
import { inputSlots, outputKeys, outputSlots } from './slots.ts';
import { watchRun } from './watch-run.ts';

/** What of a tensor of the runtime is used. */
interface RuntimeTensor {
  readonly dtype: string;
  readonly shape: number[];
  data(): Promise<unknown>;
  bytes(): Promise<Uint8Array[] | Uint8Array>;
  dispose(): void;
}

/** Computes the outputs of a model under their names. */
export async function predictArrays(
  model: Model,
  arrays: ReadonlyMap<string, Tensor>,
  batchSize: number | undefined,
  read: ReadOptions,
): Promise<Map<string, Tensor>> {
  const inputs = bindArrays('input', inputSlots(model), arrays);
  checkSamples([['--inputs', inputs]]);
  const [only] = inputs;
  const result: unknown = await model.predict(
    only !== undefined && inputs.length === 1 ? only : [...inputs],
    { batch_size: batchSize ?? null, verbose: 0, callbacks: [await watchRun(read)] },
  );
  const names = outputSlots(model).map(({ name }) => name);
  const outputs = new Map<string, Tensor>();
  for (const [i, tensor] of flatOutputs(result, outputKeys(model)).entries()) {
    outputs.set(names[i] ?? `output_${i + 1}`, await hostTensor(tensor));
    tensor.dispose();
  }
  return outputs;
}

function flatOutputs(result: unknown, keys: readonly string[] | undefined): RuntimeTensor[] {
  if (isRuntimeTensor(result)) return [result];
  if (typeof result !== 'object' || result === null) return [];
  const values: unknown[] = Array.isArray(result)
    ? result
    : (keys ?? Object.keys(result).sort()).map((key): unknown => Reflect.get(result, key));
  return values.flatMap((value) => flatOutputs(value, undefined));
}

function isRuntimeTensor(value: unknown): value is RuntimeTensor {
  return typeof value === 'object' && value !== null && 'dispose' in value && 'dtype' in value;
}

async function hostTensor(tensor: RuntimeTensor): Promise<Tensor> {
  const { dtype, shape } = tensor;
  if (dtype === 'string') {
    const bytes = await tensor.bytes();
    return { dtype, shape, data: Array.isArray(bytes) ? bytes : [bytes] };
  }
  const data = await tensor.data();
  if (dtype === 'float32' && data instanceof Float32Array) return { dtype, shape, data };
  if (dtype === 'complex64' && data instanceof Float32Array) return { dtype, shape, data };
  if (dtype === 'int32' && data instanceof Int32Array) return { dtype, shape, data };
  if (dtype === 'bool' && data instanceof Uint8Array) return { dtype, shape, data };
  throw new MalformedError(`The model gives a tensor of dtype ${dtype}, which is not known here.`);
}
