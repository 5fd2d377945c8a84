import * as tf from '@tensorflow/tfjs-core';
import { deviceDType } from '../executor/dtype.ts';
import { withMetaBackend, withoutMakingUp } from '../meta/index.ts';
import { withRecorder } from './active.ts';
import type { StackRequest } from './recorder.ts';
import type { Tape } from './records.ts';
import { axisName, type Sharing, type Sizes } from './sizes.ts';
import { withTracedScans } from './trace-scan.ts';
import type { TraceSpec } from './types.ts';

/** A function of tensors that can be traced: it must not read values. */
export type TraceableFunction = (...inputs: tf.Tensor[]) => tf.Tensor | readonly tf.Tensor[];

/** What stays the same in all runs of a function. */
export interface RunSettings {
  readonly fn: TraceableFunction;
  readonly specs: readonly TraceSpec[];
  readonly sharing: Sharing;
  /** Owners whose functions are written out where they are called. */
  readonly inlined: ReadonlySet<object>;
}

/** Runs a function once without arithmetic and notes what it does. */
export function runOnce(
  { fn, specs, sharing, inlined }: RunSettings,
  sizes: Sizes,
  run = 0,
  stack: StackRequest | null = null,
): Tape {
  const tapes: Tape[] = [];
  withMetaBackend(() => {
    tf.tidy(() => {
      withRecorder({ inlined, run, stack }, (recorder) => {
        const given = specs.map(({ shape, dtype }, input) =>
          recorder.placeholder(
            shape.map((length, axis) => {
              const name = axisName(length, input, axis, sharing);
              return name === null ? Number(length) : (sizes.get(name) ?? 1);
            }),
            deviceDType(dtype),
          ),
        );
        const inputs = given.map((tensor) => recorder.add(tensor));
        const made = withoutMakingUp(() => withTracedScans(() => fn(...given)));
        const results = made instanceof tf.Tensor ? [made] : made;
        const outputs = results.map((tensor) => recorder.resolve(tensor));
        const { values, records, order } = recorder;
        tapes.push({ values, inputs, outputs, records, order });
      });
    });
  });
  const [tape] = tapes;
  if (tape === undefined) throw new TypeError('The function did not run.');
  return tape;
}
