import { UnsupportedError } from '@km/core';
import { deviceDType, isMetaBackend, isTracing, toTensor, tracedCall } from '@km/graph';
import { specsOf, type TensorSpecStructure, type TypeSpecStructure } from '@km/savedmodel';
import * as tf from '@tensorflow/tfjs-core';
import { componentCount, specClass } from '../saved-model/component-count.ts';
import { graphType } from '../saved-model/match.ts';
import { pack } from '../saved-model/pack.ts';
import type { RestoredFunction } from '../saved-model/restored-function.ts';
import type { Trace } from '../saved-model/trace.ts';
import type { StructuredInput, StructuredOutput } from '../saved-model/values.ts';
import type { SavedObjects } from './saved-objects.ts';

/**
 * Runs a function of a file; while another function is traced, as a call of the one in the file. Without values, one that
 * branches on them, has text in it or takes batches of one size only gives tensors of the shapes that its signature states.
 * @throws UnsupportedError for ops that cannot run here, without values, too; TypeError when no trace fits.
 */
export function runSaved(
  run: RestoredFunction,
  objects: SavedObjects,
  args: readonly StructuredInput[],
): StructuredOutput {
  if (!isMetaBackend() && !isTracing()) return run(...args);
  const { trace, inputs } = run.bind(...args);
  trace.compile();
  const outputs = isTracing() ? callOf(trace, objects, inputs) : runOrOutline(trace, inputs);
  return outputs === null ? trace.call(inputs) : pack(trace.concrete.outputSignature, outputs);
}

/** Notes a call of a trace; null where its operations have to be noted one by one. */
function callOf(
  trace: Trace,
  objects: SavedObjects,
  inputs: readonly tf.Tensor[],
): readonly tf.Tensor[] | null {
  const { concrete } = trace;
  return tracedCall(
    {
      owner: trace,
      key: concrete.name,
      name: concrete.name,
      inputNames: [],
      run: (given) => runOrOutline(trace, given),
      given: (library) => objects.called(concrete, library),
    },
    inputs,
  );
}

function runOrOutline(trace: Trace, inputs: readonly tf.Tensor[]): tf.Tensor[] {
  const specs = specsOf(trace.concrete.outputSignature);
  try {
    // Without values, no rows come out of a run.
    if (isMetaBackend() && specs.some(({ kind }) => kind === 'typeSpec')) {
      throw new UnsupportedError(`${trace.concrete.name} gives ragged tensors.`);
    }
    return tf.tidy(() => trace.run(inputs).map(toTensor));
  } catch (error) {
    return specs.flatMap((spec) => {
      const outline = spec.kind === 'tensorSpec' ? filled(spec, inputs) : rowsLike(spec, inputs);
      if (outline === null) throw error;
      return outline;
    });
  }
}

function filled(
  { shape, dtype }: TensorSpecStructure,
  inputs: readonly tf.Tensor[],
): tf.Tensor[] | null {
  const sizes = inputs[0]?.shape ?? [];
  if (shape === null) return null;
  const known = shape.map((size, axis) => size ?? sizes[axis] ?? sizes[0] ?? 1);
  return [blank(known, dtype)];
}

/** Values in the rows of the first input; null where that has not as many ragged axes. */
function rowsLike(spec: TypeSpecStructure, inputs: readonly tf.Tensor[]): tf.Tensor[] | null {
  const [values, ...rows] = inputs.slice(0, componentCount(spec));
  const [shape, dtype] = spec.state.kind === 'tuple' ? spec.state.items : [];
  const fits = specClass(spec) === 'RaggedTensorSpec' && rows.length === componentCount(spec) - 1;
  if (!fits || values === undefined || shape?.kind !== 'shape' || dtype?.kind !== 'dtype')
    return null;
  const inner = shape.shape?.slice(rows.length + 1).map((size) => size ?? 1) ?? [];
  return [blank([values.shape[0] ?? 0, ...inner], dtype.dtype), ...rows];
}

function blank(shape: number[], type: Parameters<typeof graphType>[0]): tf.Tensor {
  const dtype = deviceDType(graphType(type));
  return tf.fill(shape, dtype === 'string' ? '' : 0, dtype);
}
