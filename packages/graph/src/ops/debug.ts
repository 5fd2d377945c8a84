import { MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Element } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import {
  bytesOf,
  ComplexTensor,
  hostScalar,
  numberOf,
  onDevice,
  onHost,
  share,
  type Value,
} from '../executor/values.ts';
import { inputAt } from './define.ts';
import { printNumber } from './host/print-number.ts';

const decoder = new TextDecoder();

function printElement(element: Element): string {
  if (element instanceof Uint8Array) return decoder.decode(element);
  return typeof element === 'bigint' ? String(element) : printNumber(element);
}

/** The first elements of a tensor, as messages of TensorFlow show them. */
export function summarize(value: Value, dtype: Parameters<typeof onHost>[1], most: number): string {
  if (value instanceof ComplexTensor) return '[complex numbers]';
  const { data } = onHost(value, dtype);
  const shown = Array.from({ length: Math.min(data.length, most) }, (_, i) =>
    printElement(data[i] ?? 0),
  );
  return `[${shown.join(' ')}${data.length > most ? '...' : ''}]`;
}

const assert: OpBuilder = ({ attrs, inputTypes }) => {
  const most = attrs.int('summarize');
  return (inputs) => {
    if (numberOf(inputAt(inputs, 0)) !== 0) return [];
    const shown = inputs
      .slice(1)
      .map((value, i) => summarize(value, inputTypes[i + 1] ?? 'float32', most));
    throw new MalformedError(`Assertion failed: ${shown.join(' ')}`);
  };
};

const checkNumerics: OpBuilder = ({ attrs }) => {
  const message = attrs.string('message');
  return (inputs) => {
    const x = onDevice(inputAt(inputs, 0));
    const finite = tf.tidy(() => tf.all(tf.isFinite(x)).dataSync()[0] === 1);
    if (finite) return tf.clone(x);
    throw new MalformedError(`${message} : Tensor had NaN or Inf values`);
  };
};

/** Ops for people who look for mistakes. */
export const debugOps: OpFamily = {
  Assert: assert,
  CheckNumerics: checkNumerics,
  CheckNumericsV2: checkNumerics,
  Print: ({ attrs, inputTypes }) => {
    const most = attrs.int('summarize');
    const message = attrs.string('message');
    return (inputs, run) => {
      const shown = inputs
        .slice(1)
        .map((value, i) => summarize(value, inputTypes[i + 1] ?? 'float32', most));
      run.print(message + shown.join(''), 'stderr');
      return share(inputAt(inputs, 0));
    };
  },
  PrintV2: ({ attrs }) => {
    const stream = attrs.string('output_stream');
    return (inputs, run) => {
      run.print(
        bytesOf(inputAt(inputs, 0))
          .map((text) => decoder.decode(text))
          .join(''),
        stream,
      );
      return [];
    };
  },
  Timestamp: () => () => hostScalar(Date.now() / 1000, 'float64'),
  ScalarSummary: () => () => hostScalar(new Uint8Array(), 'string'),
  HistogramSummary: () => () => hostScalar(new Uint8Array(), 'string'),
  MergeSummary: () => () => hostScalar(new Uint8Array(), 'string'),
};
