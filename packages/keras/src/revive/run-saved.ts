import { deviceDType, isMetaBackend, isTracing, toTensor, tracedCall } from '@km/graph';
import { specsOf } from '@km/savedmodel';
import * as tf from '@tensorflow/tfjs-core';
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
  try {
    return tf.tidy(() => trace.run(inputs).map(toTensor));
  } catch (error) {
    const sizes = inputs[0]?.shape ?? [];
    return specsOf(trace.concrete.outputSignature).map((spec) => {
      if (spec.kind !== 'tensorSpec' || spec.shape === null) throw error;
      const shape = spec.shape.map((size, axis) => size ?? sizes[axis] ?? sizes[0] ?? 1);
      const dtype = deviceDType(graphType(spec.dtype));
      return tf.fill(shape, dtype === 'string' ? '' : 0, dtype);
    });
  }
}
